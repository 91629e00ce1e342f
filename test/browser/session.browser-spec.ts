import { authServiceLimits } from '../../src/auth/auth-service';
import { answerJson, startStubServer, type StubServer } from '../support/stub-server';
import { Builder } from './support/builder';
import { makeCustomers } from './support/customers';
import { type Dashboard, openDashboard } from './support/dashboard';
import { describeInBrowser } from './support/describe-in-browser';
import { type Visit, visit } from './support/visit';

describeInBrowser('a session', () => {
  let on: Dashboard;
  let auth: StubServer;
  /** Those that the auth service takes at the moment. */
  const valid = new Set<string>();
  beforeAll(async () => {
    authServiceLimits.adminTtlMs = 1; // asked about every token, every time
    auth = await startStubServer((request, response) =>
      valid.has(request.headers.authorization?.replace('Bearer ', '') ?? '')
        ? answerJson(response, 200, { id: 'ana', role: 'admin' })
        : answerJson(response, 401, {}),
    );
    on = await openDashboard({}, { AUTH_SERVICE_URL: auth.url });
    await makeCustomers(on.app.db, 40);
  });
  afterAll(() => Promise.all([on?.close(), auth?.close()]));

  let tokens = 0;
  const newToken = () => {
    const token = `a-token-of-the-auth-service-${++tokens}`;
    valid.add(token);
    return token;
  };
  const enter = (token: string, path: string): Promise<Visit> => visit(on.browser.context, on.app.url, { token, path });
  async function signInAgain({ page }: Visit): Promise<void> {
    await page.getByText('Your token is no longer accepted').waitFor();
    await page.getByLabel('Token', { exact: true }).fill(newToken());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor({ state: 'detached' });
  }

  it('that ends in the middle of a rule leaves all that was typed where it was', async () => {
    const token = newToken();
    const tab = await enter(token, '/segments/new');
    const builder = new Builder(tab.page);
    await builder.name('Buyers of three times');
    await builder.addCondition(builder.part('1'), 'Bought at least');
    const field = builder.part('1').getByRole('textbox', { name: 'Bought at least' });
    await field.fill('2');
    expect(await builder.count()).toBe(24);

    valid.delete(token);
    await field.fill('3');
    await signInAgain(tab);

    expect(await tab.page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Buyers of three times');
    expect(await field.inputValue()).toBe('3 purchases');
    expect(await builder.count()).toBe(16);
    await builder.save();
    await tab.page.getByRole('heading', { level: 1, name: 'Buyers of three times' }).waitFor();
    expect(tab.noticed).toEqual([]);
  });

  it('that ends while something is saved is not saved, and is once signed in again', async () => {
    const segment = await on.shop.segment('Everybody', {});
    const token = newToken();
    const tab = await enter(token, `/campaigns/new?segment=${segment.id}`);
    await tab.page.getByRole('textbox', { name: 'Name' }).fill('After the pause');
    await tab.page.getByRole('textbox', { name: 'Message', exact: true }).fill('Hello again');
    await tab.page.getByRole('link', { name: 'Review' }).first().click();
    await tab.page.getByText('40 customers').waitFor();

    valid.delete(token);
    await tab.page.getByRole('button', { name: 'Save campaign' }).click();
    await signInAgain(tab);
    expect(await on.shop.ask('GET', '/campaigns')).toEqual([]);
    await tab.page.getByRole('button', { name: 'Save campaign' }).click();

    await tab.page.getByRole('heading', { level: 1, name: 'After the pause' }).waitFor();
    expect(await on.shop.ask('GET', '/campaigns')).toMatchObject([{ name: 'After the pause', message: 'Hello again' }]);
    expect(tab.noticed).toEqual([]);
  });

  it('goes on in one tab when it is ended in another', async () => {
    const token = newToken();
    const [one, other] = [await enter(token, '/'), await enter(token, '/segments/new')];
    await new Builder(other.page).name('Half a segment');

    await one.page.getByRole('button', { name: 'Account' }).click();
    await one.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await one.page.getByRole('heading', { name: 'Sign in' }).waitFor();

    const builder = new Builder(other.page);
    await builder.addCondition(builder.part('1'), 'Bought at least');
    await builder.part('1').getByRole('textbox', { name: 'Bought at least' }).fill('1');
    expect(await builder.count()).toBe(32);
    await builder.save();
    await other.page.getByRole('heading', { level: 1, name: 'Half a segment' }).waitFor();
    expect([...one.noticed, ...other.noticed]).toEqual([]);
  });
});
