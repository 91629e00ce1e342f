import type { PageRoute } from '../../page-route';

export const customers: PageRoute[] = [
  { path: '/customers', texts: ['customers'], load: () => import('./customers-page') },
  { path: '/customers/:customerId', texts: ['customers', 'ai'], load: () => import('./customer-page') },
];
