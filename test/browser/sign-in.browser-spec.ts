import { get } from 'node:http';
import { startApp, type TestApp, WORKER_TOKEN, ADMIN_TOKEN } from '../support/app';
import { type Browser, openBrowser } from './support/chromium';
import { describeInBrowser } from './support/describe-in-browser';
import { visit } from './support/visit';

/** What comes over the wire of a file, in bytes. */
const compressedSize = (url: string): Promise<number> =>
  new Promise((done, fail) => {
    get(url, { headers: { 'Accept-Encoding': 'gzip' } }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => (bytes += chunk.length)).on('end', () => done(bytes));
    }).on('error', fail);
  });

describeInBrowser('signing in', () => {
  let app: TestApp;
  let browser: Browser;
  beforeAll(async () => void ([app, browser] = await Promise.all([startApp(), openBrowser()])));
  afterAll(() => Promise.all([app?.close(), browser?.close()]));

  it('is one click on the link that npm start prints, which does not stay in the address', async () => {
    const { page, noticed } = await visit(browser.context, app.url);

    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Overview');
    expect(page.url()).toBe(`${app.url}/admin/`);
    expect(noticed).toEqual([]);
  });

  it('takes a token of an admin, and says of others why not', async () => {
    const { page, noticed } = await visit(browser.context, app.url, { token: null });
    const enter = async (token: string) => {
      await page.getByLabel('Token', { exact: true }).fill(token);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };

    await enter('a-token-nobody-has-given');
    await page.getByText('This token is not known').waitFor();
    await enter(WORKER_TOKEN);
    await page.getByText('belongs to a worker').waitFor();
    await enter(` ${ADMIN_TOKEN} `);

    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(noticed).toEqual([]);
  });

  it('ends with the tab, and with signing out', async () => {
    const { page } = await visit(browser.context, app.url);
    const other = await visit(browser.context, app.url, { token: null });
    expect(await other.page.getByRole('heading', { level: 1 }).textContent()).toBe('Sign in');

    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();

    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.evaluate(() => window.sessionStorage.length)).toBe(0);
  });

  it('costs no more than 250 kB of compressed script, with the overview behind it and before its charts', async () => {
    const page = await browser.context.newPage();
    const scripts = new Set<string>();
    page.on('request', (request) => {
      if (request.resourceType() === 'script' && !/chart/.test(request.url())) scripts.add(request.url());
    });

    await page.goto(`${app.url}/admin/#token=${ADMIN_TOKEN}`);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.waitForLoadState('networkidle');

    const sizes = await Promise.all([...scripts].map(compressedSize));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeGreaterThan(50_000); // so that something was counted
    expect(bytes).toBeLessThanOrEqual(250_000);
  });
});
