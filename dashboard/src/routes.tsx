import i18next from 'i18next';
import { createBrowserRouter, type RouteObject } from 'react-router';
import { Loading } from './components/loading';
import { NotFound, PageError } from './layout/page-error';
import { Shell } from './layout/shell';
import type { PageRoute } from './page-route';
import { audit } from './pages/audit/routes';
import { campaigns } from './pages/campaigns/routes';
import { customers } from './pages/customers/routes';
import { dispatches } from './pages/dispatches/routes';
import { notifications } from './pages/notifications/routes';
import { overview } from './pages/overview/routes';
import { segments } from './pages/segments/routes';
import { settings } from './pages/settings/routes';
import { suppressions } from './pages/suppressions/routes';

/** Every page there is. */
const pages: PageRoute[] = [
  ...overview,
  ...segments,
  ...campaigns,
  ...customers,
  ...dispatches,
  ...notifications,
  ...suppressions,
  ...audit,
  ...settings,
];

const routeOf = ({ path, texts, load }: PageRoute): RouteObject => ({
  path,
  lazy: async () => {
    const [{ Page }] = await Promise.all([load(), i18next.loadNamespaces([...texts])]);
    return { Component: Page };
  },
});

export const router = createBrowserRouter(
  [
    {
      path: '/',
      element: <Shell />,
      errorElement: <PageError />,
      hydrateFallbackElement: <Loading />,
      children: [
        // around the pages: one that cannot be loaded has no place of its own to say so
        { errorElement: <PageError />, children: [...pages.map(routeOf), { path: '*', Component: NotFound }] },
      ],
    },
  ],
  { basename: '/admin' },
);
