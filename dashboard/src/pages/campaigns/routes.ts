import type { PageRoute } from '../../page-route';

export const campaigns: PageRoute[] = [
  { path: '/campaigns', texts: ['campaigns'], load: () => import('./campaigns-page') },
  { path: '/campaigns/new', texts: ['campaigns', 'wizard'], load: () => import('./campaign-wizard-page') },
  { path: '/campaigns/:campaignId', texts: ['campaigns', 'wizard'], load: () => import('./campaign-page') },
  { path: '/campaigns/:campaignId/edit', texts: ['campaigns', 'wizard'], load: () => import('./campaign-wizard-page') },
];
