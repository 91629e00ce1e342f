import type { PageRoute } from '../../page-route';

export const suppressions: PageRoute[] = [
  { path: '/suppressions', texts: ['suppressions'], load: () => import('./suppressions-page') },
];
