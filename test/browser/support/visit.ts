import type { BrowserContext, Page } from 'playwright-core';
import { ADMIN_TOKEN } from '../../support/app';

/** A tab on the dashboard, and what was noticed in it. */
export interface Visit {
  page: Page;
  /** Goes to an address below /admin and waits until nothing is loading. */
  open(path: string): Promise<void>;
  /** Everything that has to be nothing: errors of scripts, violations of the Content-Security-Policy, requests to others, dialogs of the browser. */
  noticed: string[];
  /** Requests to the service other than for files of the dashboard: `GET /segments?limit=50`. */
  asked: string[];
}

/** What the browser writes about every answer that is no 2xx: the tests look at the page instead. */
const EXPECTED = /^Failed to load resource: (the server responded with a status of|net::ERR)/;

/** The page of a dispatch hears how it goes on for as long as it does: its network is never idle. */
const WATCHED = /^\/dispatches\/[^/?]+$/;

/** Longer than anything takes on a busy machine; what never comes is said sooner than the test is over. */
const WAIT_MS = 10_000;

/** Opens a tab that is signed in (by the link that `npm start` prints), or is not, with `token: null`; on the first page, or at `path`. */
export async function visit(
  context: BrowserContext,
  url: string,
  { token = ADMIN_TOKEN, path = '/' }: { token?: string | null; path?: string } = {},
): Promise<Visit> {
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const noticed: string[] = [];
  const asked: string[] = [];
  page.on('pageerror', (error) => noticed.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.text())) noticed.push(`console: ${message.text()}`);
  });
  page.on('dialog', (dialog) => {
    if (dialog.type() !== 'beforeunload') noticed.push(`dialog: ${dialog.message()}`);
    void dialog.accept();
  });
  page.on('request', (request) => {
    const { origin, pathname, search } = new URL(request.url());
    if (origin !== new URL(url).origin) noticed.push(`request to ${origin}`);
    else if (!pathname.startsWith('/admin')) asked.push(`${request.method()} ${pathname}${search}`);
  });
  const open = async (path: string) => {
    await page.goto(`${url}/admin${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    if (!WATCHED.test(path)) await page.waitForLoadState('networkidle');
  };
  await page.goto(`${url}/admin${path}${token ? `#token=${token}` : ''}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { page, open, noticed, asked };
}
