import type { Config } from '../../../src/config/config';
import { ADMIN_TOKEN, startApp, type TestApp, WORKER_TOKEN } from '../../support/app';
import { type Browser, openBrowser, type Seat } from './chromium';
import { Shop } from './shop';
import { type Visit, visit } from './visit';

/** The whole service on a database of its own, a browser, and those who ask without one. */
export interface Dashboard {
  app: TestApp;
  browser: Browser;
  /** Asks as an admin. */
  shop: Shop;
  /** Asks as a worker. */
  worker: Shop;
  /** Another tab of the same browser, signed in, on the first page or at `path`. */
  visit(path?: string): Promise<Visit>;
  close(): Promise<void>;
}

export async function openDashboard(
  seat?: Seat,
  overrides?: Partial<Config> | ((url: string) => Partial<Config>),
): Promise<Dashboard> {
  const [app, browser] = await Promise.all([startApp(overrides), openBrowser(seat)]);
  return {
    app,
    browser,
    shop: new Shop(app.url, ADMIN_TOKEN),
    worker: new Shop(app.url, WORKER_TOKEN),
    visit: (path) => visit(browser.context, app.url, { path }),
    close: async () => {
      await browser.close();
      await app.close();
    },
  };
}
