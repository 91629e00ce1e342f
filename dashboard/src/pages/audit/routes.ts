import type { PageRoute } from '../../page-route';

export const audit: PageRoute[] = [{ path: '/audit', texts: ['audit'], load: () => import('./audit-page') }];
