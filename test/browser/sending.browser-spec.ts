import type { Page, Request } from 'playwright-core';
import { eventually } from '../support/eventually';
import { makeCustomers } from './support/customers';
import { type Dashboard, openDashboard } from './support/dashboard';
import { describeInBrowser } from './support/describe-in-browser';
import { hasFocus, tabTo } from './support/keyboard';
import type { Visit } from './support/visit';

const CUSTOMERS = 120; // more than those up to which no number is asked

describeInBrowser('sending a campaign', () => {
  let on: Dashboard;
  let tab: Visit;
  let everybody: { id: string };
  beforeAll(async () => {
    on = await openDashboard();
    await makeCustomers(on.app.db, CUSTOMERS);
    everybody = await on.shop.segment('Everybody', {});
    await on.shop.segment('A few', { preferences_contains: { diet: 'vegan' } });
  });
  afterAll(() => on?.close());
  afterEach(async () => {
    expect(tab.noticed).toEqual([]);
    await tab.page.close();
    await on.app.db.query('DELETE FROM suppressions');
  });

  let campaigns = 0;
  const makeCampaign = async () => {
    const name = `Campaign ${++campaigns}`;
    return { name, ...(await on.shop.campaign(name, [everybody], { message: 'See you at the market!' })) };
  };
  /** How many customers each dispatch goes to; one that was refused goes to nobody. */
  const dispatchesOf = async ({ id }: { id: string }) =>
    (await on.shop.ask<{ status: string; targeted: number }[]>('GET', `/campaigns/${id}/dispatches?kind=campaign`))
      .filter(({ status }) => status !== 'failed')
      .map(({ targeted }) => targeted);
  /** The dialog, when it says whom it reaches. */
  async function openDialog(campaign: { id: string }) {
    tab = await on.visit(`/campaigns/${campaign.id}`);
    await tab.page.getByRole('button', { name: 'Send', exact: true }).click();
    const dialog = tab.page.getByRole('dialog');
    await dialog.getByText(/customers get this message/).waitFor();
    return { dialog, field: dialog.getByRole('textbox'), button: dialog.getByRole('button', { name: /^Send to/ }) };
  }

  it('takes the keyboard alone, from the first page on', async () => {
    const campaign = await makeCampaign();
    tab = await on.visit();
    const { page } = tab;
    const go = async (role: 'link' | 'button' | 'textbox', name: string | RegExp) => {
      await tabTo(page, page.getByRole(role, { name, exact: true }).first());
      await page.keyboard.press('Enter');
    };

    await go('link', 'Campaigns');
    await go('link', campaign.name);
    await go('button', 'Send');
    const field = page.getByRole('textbox', { name: `Type ${CUSTOMERS} to confirm` });
    await field.waitFor();
    await eventually(async () => expect(await hasFocus(field)).toBe(true));
    await page.keyboard.type(String(CUSTOMERS));
    await page.keyboard.press('Enter');

    await page.waitForURL(/\/dispatches\/\d+$/);
    expect(await dispatchesOf(campaign)).toEqual([CUSTOMERS]);
  });

  it('asks for the number above a hundred customers, the whole number and no other', async () => {
    const campaign = await makeCampaign();
    const { field, button } = await openDialog(campaign);

    for (const other of ['', '12', '1200', '119', `${CUSTOMERS}.0`, 'all of them']) {
      await field.fill(other);
      expect(await button.isDisabled()).toBe(true);
      await field.press('Enter');
    }
    expect(await dispatchesOf(campaign)).toEqual([]);
    await field.fill(String(CUSTOMERS));
    expect(await button.isDisabled()).toBe(false);
  });

  it('asks for no number where few get it', async () => {
    const few = await on.shop.segment('Few', {
      user_ids_in: await on.shop.ask('POST', `/segments/${everybody.id}/preview-users?limit=3`),
    });
    const campaign = await on.shop.campaign('To a few', [few], { message: 'Hello' });
    const { field, button } = await openDialog(campaign);

    expect(await field.count()).toBe(0);
    await button.click();

    await tab.page.waitForURL(/\/dispatches\/\d+$/);
    expect(await dispatchesOf(campaign)).toEqual([3]);
  });

  it('sends once, however often and fast the button is clicked', async () => {
    const campaign = await makeCampaign();
    const { field, button } = await openDialog(campaign);
    await field.fill(String(CUSTOMERS));
    const sent = requestsToSend(tab.page);
    const release = await holdAnswers(tab.page);

    await button.evaluate((element: HTMLElement) => Array.from({ length: 10 }, () => element.click()));
    await button.click({ clickCount: 10, force: true });
    release();

    await tab.page.waitForURL(/\/dispatches\/\d+$/);
    expect(sent).toHaveLength(1);
    expect(sent[0].headers()['idempotency-key']).toMatch(/^\w{32}$/);
    expect(await dispatchesOf(campaign)).toEqual([CUSTOMERS]);
  });

  it('sends once where the answer was lost and somebody clicks again', async () => {
    const campaign = await makeCampaign();
    const { dialog, field, button } = await openDialog(campaign);
    await field.fill(String(CUSTOMERS));
    const sent = requestsToSend(tab.page);
    await tab.page.route(
      SEND,
      async (route) => {
        await route.fetch(); // it arrives, and nobody hears of it
        await route.abort();
      },
      { times: 1 },
    );

    await button.click();
    await dialog.getByRole('alert').getByText('The service does not answer').waitFor();
    await button.click();

    await tab.page.waitForURL(/\/dispatches\/\d+$/);
    expect(sent).toHaveLength(2);
    expect(sent[1].headers()['idempotency-key']).toBe(sent[0].headers()['idempotency-key']);
    expect(await dispatchesOf(campaign)).toEqual([CUSTOMERS]);
  });

  it('sends nothing where the audience moved, and shows how, and asks for the new number', async () => {
    const campaign = await makeCampaign();
    const { dialog, field } = await openDialog(campaign);
    const gone = await on.shop.ask<string[]>('POST', `/segments/${everybody.id}/preview-users?limit=2`);
    for (const user_id of gone) await on.shop.ask('POST', '/suppressions', { user_id, reason: 'unsubscribed' });

    await field.fill(String(CUSTOMERS));
    await field.press('Enter');

    const alert = dialog.getByRole('alert');
    await alert.getByText('The audience has changed: nothing was sent').waitFor();
    const said = await alert.locator('dl > div').allInnerTexts();
    expect(said.map((text) => text.split('\n'))).toEqual([
      ['You confirmed', String(CUSTOMERS)],
      ['It would be now', String(CUSTOMERS - 2)],
      ['Came', '+0'],
      ['Left', '−2'],
    ]);
    expect(await dispatchesOf(campaign)).toEqual([]);
    const again = dialog.getByRole('textbox', { name: `Type ${CUSTOMERS - 2} to confirm` });
    await again.waitFor();
    await eventually(async () => expect(await hasFocus(again)).toBe(true));
    expect(await again.inputValue()).toBe('');
    await tab.page.keyboard.type(String(CUSTOMERS - 2));
    await tab.page.keyboard.press('Enter');
    await tab.page.waitForURL(/\/dispatches\/\d+$/);
    expect(await dispatchesOf(campaign)).toEqual([CUSTOMERS - 2]);
  });
});

const SEND = /\/campaigns\/[^/]+\/dispatch\?dry_run=false/;

/** Those that were made to send, from now on. */
function requestsToSend(page: Page): Request[] {
  const sent: Request[] = [];
  page.on('request', (request) => {
    if (SEND.test(request.url())) sent.push(request);
  });
  return sent;
}

/** Keeps what is sent from being answered until it is released. */
async function holdAnswers(page: Page): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(SEND, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}
