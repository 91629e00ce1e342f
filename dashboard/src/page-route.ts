import type { ComponentType } from 'react';
import type { Namespace } from './i18n/i18n';

/** A page: its address, the texts it needs beside the common ones, and its script, loaded when it is first opened. */
export interface PageRoute {
  path: string;
  texts: readonly Namespace[];
  load: () => Promise<{ Page: ComponentType }>;
}
