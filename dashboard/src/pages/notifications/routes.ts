import type { PageRoute } from '../../page-route';

export const notifications: PageRoute[] = [
  { path: '/notifications', texts: ['notifications'], load: () => import('./notifications-page') },
  { path: '/notifications/:notificationId', texts: ['notifications'], load: () => import('./notification-page') },
];
