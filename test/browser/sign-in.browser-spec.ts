import { startApp, type TestApp, WORKER_TOKEN, ADMIN_TOKEN } from '../support/app';
import { type Browser, openBrowser } from './support/chromium';
import { describeInBrowser } from './support/describe-in-browser';
import { visit } from './support/visit';

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
});
