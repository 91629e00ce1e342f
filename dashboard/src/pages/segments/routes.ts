import type { PageRoute } from '../../page-route';

export const segments: PageRoute[] = [
  { path: '/segments', texts: ['segments'], load: () => import('./segments-page') },
  { path: '/segments/overlap', texts: ['segments', 'rules'], load: () => import('./overlap-page') },
  { path: '/segments/new', texts: ['segments', 'rules'], load: () => import('./segment-builder-page') },
  { path: '/segments/:segmentId', texts: ['segments', 'rules'], load: () => import('./segment-page') },
  { path: '/segments/:segmentId/edit', texts: ['segments', 'rules'], load: () => import('./segment-builder-page') },
];
