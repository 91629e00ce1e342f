import type { PageRoute } from '../../page-route';

export const settings: PageRoute[] = [{ path: '/settings', texts: ['settings'], load: () => import('./settings-page') }];
