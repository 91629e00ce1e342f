import { ADMIN_TOKEN } from '../support/app';
import { Builder } from './support/builder';
import { customersWhere, makeCustomers } from './support/customers';
import { type Dashboard, openDashboard } from './support/dashboard';
import { describeInBrowser } from './support/describe-in-browser';
import { showsFigures } from './support/figures';
import { type Visit, visit } from './support/visit';

const CUSTOMERS = 1200;
const NO_MAILBOX = '550 5.1.1 No such mailbox';

/** Bought in Sant Antoni, and is neither vegan nor a buyer of four times. */
const isMember = (i: number) => i % 3 === 0 && i % 5 > 0 && !(i % 4 === 0 || i % 5 >= 4);
const MEMBERS = customersWhere(CUSTOMERS, isMember);

// each test goes on where the one before it ended
describeInBrowser('from a rule to delivered messages', () => {
  let on: Dashboard;
  let tab: Visit;
  beforeAll(async () => {
    on = await openDashboard();
    await makeCustomers(on.app.db, CUSTOMERS);
    tab = await visit(on.browser.context, on.app.url, { token: null });
  });
  afterAll(() => on?.close());
  afterEach(() => expect(tab.noticed).toEqual([]));

  it('signs in', async () => {
    await tab.page.getByLabel('Token', { exact: true }).fill(ADMIN_TOKEN);
    await tab.page.getByRole('button', { name: 'Sign in' }).click();

    await tab.page.getByRole('heading', { name: 'Overview' }).waitFor();
  });

  it('builds a nested segment of what the data offers, and counts it as it is', async () => {
    const { page } = tab;
    await page.getByRole('link', { name: 'Segments', exact: true }).click();
    await page.getByRole('link', { name: 'New segment' }).first().click();
    const builder = new Builder(page);

    await builder.name('Sant Antoni, not vegan');
    await builder.addCondition(builder.part('1'), 'Purchases in the stores');
    await builder.choose(builder.part('1').getByRole('combobox', { name: 'Purchases in the stores' }), 'Sant Antoni');
    await builder.add('Group');
    await builder.addCondition(builder.part('2.1'), 'Preferences');
    await builder.choose(builder.part('2.1').getByRole('combobox', { name: 'Preferences: Find a preference' }), 'vegan');
    await builder.add('Conditions', builder.group('2'));
    await builder.addCondition(builder.part('2.2'), 'Bought at least');
    await builder.part('2.2').getByRole('textbox', { name: 'Bought at least' }).fill('4');
    await builder.group('2').getByRole('switch', { name: 'Everyone except these' }).click();

    expect(await builder.count()).toBe(MEMBERS);
    await page.getByText('bought in Sant Antoni').first().waitFor();
  });

  it('saves it', async () => {
    await new Builder(tab.page).save();

    await tab.page.getByRole('heading', { level: 1, name: 'Sant Antoni, not vegan' }).waitFor();
    expect(await on.shop.ask('GET', '/segments?counts=true')).toMatchObject([
      {
        total: MEMBERS,
        filters: {
          all: [
            { stores_in: ['Sant Antoni'] },
            { not: { any: [{ preferences_contains: { diet: 'vegan' } }, { min_num_purchases: 4 }] } },
          ],
        },
      },
    ]);
  });

  it('makes a campaign of it, and shows by a dry run who is left out', async () => {
    const { page } = tab;
    const [one] = await on.shop.ask<string[]>('POST', `/segments/${await segmentId()}/preview-users?limit=1`);
    await on.shop.ask('POST', '/suppressions', { user_id: one, reason: 'unsubscribed' });
    await page.getByRole('link', { name: 'Make a campaign' }).click();

    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('First asparagus');
    await page.getByRole('textbox', { name: 'Message', exact: true }).fill('The first asparagus is here.');
    await page.getByRole('link', { name: 'Next: Audience' }).click();
    await page.getByRole('list', { name: 'Goes to' }).getByText('Sant Antoni, not vegan').waitFor();
    await page.getByRole('button', { name: 'Save and see who is left out' }).click();

    await page.getByText(`${MEMBERS - 1} customers get it`).waitFor();
    const picture = page.getByRole('table', { name: 'How the audience comes about' });
    const row = (name: string) => picture.getByRole('row').filter({ hasText: name }).getByRole('cell').last().textContent();
    expect(await row('In the segments')).toBe(String(MEMBERS));
    expect(await row('Must not be messaged')).toBe('−1');
    expect(await row('Get it')).toBe(String(MEMBERS - 1));
    await page.getByRole('link', { name: 'Next: Rules' }).click();
    await page.getByRole('link', { name: 'Next: Review' }).click();
    await page.getByRole('button', { name: 'Save campaign' }).click();
    await page.getByRole('heading', { level: 1, name: 'First asparagus' }).waitFor();
  });

  it('sends it, once the number was typed, and shows it written', async () => {
    const { page } = tab;
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByLabel(`Type ${MEMBERS - 1} to confirm`).fill(String(MEMBERS - 1));
    await page.getByRole('button', { name: `Send to ${MEMBERS - 1} customers` }).click();

    await page.waitForURL(/\/dispatches\/\d+$/);
    await page.getByText(`${MEMBERS - 1} of ${MEMBERS - 1} notifications written`).waitFor();
    await showsFigures(page, { Waiting: MEMBERS - 1, 'With a sender': 0, Sent: 0, Failed: 0, 'Not written yet': 0 });
  });

  it('shows what a worker has taken, has sent, and could not send', async () => {
    const claim = await on.worker.claim(100);
    await showsFigures(tab.page, { Waiting: MEMBERS - 101, 'With a sender': 100, Sent: 0 });

    await on.worker.settle(claim, (i) => (i < 3 ? NO_MAILBOX : i < 5 ? '421 4.7.0 Try later' : undefined));
    await showsFigures(tab.page, { Waiting: MEMBERS - 101, 'With a sender': 0, Sent: 95, Failed: 5 });

    await on.worker.settle(await on.worker.claim(1000));
    await showsFigures(tab.page, { Waiting: 0, 'With a sender': 0, Sent: MEMBERS - 6, Failed: 5 });
    expect(await figuresOfApi()).toMatchObject({
      status: 'dispatched',
      queued: MEMBERS - 1,
      progress: { queued: 0, sent: MEMBERS - 6, failed: 5 },
    });
    await tab.page.getByText('Dispatched', { exact: true }).first().waitFor();
  });

  it('tries again what failed for one reason, and has it delivered', async () => {
    const { page } = tab;
    const failures = page.getByRole('region', { name: 'Failures' }).getByRole('row').filter({ hasText: NO_MAILBOX });
    expect(await failures.getByRole('cell').nth(1).textContent()).toBe('3');

    await failures.getByRole('button', { name: 'Try again' }).click();
    await page
      .getByRole('dialog', { name: 'Try 3 notifications again?' })
      .getByRole('button', { name: 'Try again' })
      .click();
    await showsFigures(page, { Retrying: 3, Sent: MEMBERS - 6, Failed: 2 });
    await on.worker.settle(await on.worker.claim(1000));

    await showsFigures(page, { Waiting: 0, Sent: MEMBERS - 3, Failed: 2 });
    expect(await figuresOfApi()).toMatchObject({ progress: { queued: 0, sent: MEMBERS - 3, failed: 2 } });
    await failures.waitFor({ state: 'detached' });
  });

  const segmentId = async () => (await on.shop.ask<{ id: string }[]>('GET', '/segments'))[0].id;
  const figuresOfApi = () => on.shop.ask('GET', `/dispatches/${/\d+$/.exec(tab.page.url())?.[0]}`);
});
