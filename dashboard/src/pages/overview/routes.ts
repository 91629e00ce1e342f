import type { PageRoute } from '../../page-route';

export const overview: PageRoute[] = [{ path: '/', texts: ['overview'], load: () => import('./overview-page') }];
