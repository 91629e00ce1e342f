import type { PageRoute } from '../../page-route';

export const dispatches: PageRoute[] = [
  { path: '/dispatches', texts: ['dispatches'], load: () => import('./dispatches-page') },
  { path: '/dispatches/:dispatchId', texts: ['dispatches'], load: () => import('./dispatch-page') },
];
