import type { IndexData, IndexFacts } from '../data/index-data';
import type { Found } from './loader';
import type { SourceOptions } from './source';

/** Given to the loader's thread when it starts. */
export type LoaderSettings = SourceOptions & { readonly maxBytes: number };

export type LoaderRequest =
  | { readonly do: 'load' | 'apply' }
  /** Looks for changes; not at the rows, unless `thorough`, where the statistics say that nothing was written. */
  | { readonly do: 'look'; readonly thorough: boolean };

export interface Loaded {
  readonly found: 'loaded';
  readonly data: IndexData;
  readonly facts: IndexFacts;
  /** Without them everything is loaded anew from time to time. */
  readonly showsChanges: boolean;
}

export type LoaderAnswer = Found | Loaded | { readonly found: 'too-small'; readonly why: string };

/** Of purchases, while they are loaded. */
export interface LoaderNews {
  readonly rows: number;
  readonly of: number;
}
