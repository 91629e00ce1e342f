import type { Page } from 'playwright-core';
import { type Dashboard, openDashboard } from './support/dashboard';
import { describeInBrowser } from './support/describe-in-browser';
import { hostileShop } from './support/hostile-shop';
import type { Things } from './support/pages';
import { problemsInEverySeat } from './support/seats';
import type { Shop } from './support/shop';
import type { Visit } from './support/visit';

/** What there is beside the hostile things: a campaign that is scheduled, with a dispatch and a notification that wait. */
interface Made extends Things {
  waiting: { campaign: string; dispatch: string; notification: string };
}
type Open = (page: Page, shop: Shop, made: Made) => Promise<unknown>;

const press =
  (...names: (string | RegExp)[]): Open =>
  async (page) => {
    for (const name of names) await page.getByRole('button', { name, exact: true }).first().click();
  };
const choose =
  (menu: string, item: string): Open =>
  async (page) => {
    await page.getByRole('button', { name: menu, exact: true }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
const name = (page: Page) => page.getByRole('textbox', { name: 'Name', exact: true });
const theirs = (shop: Shop, path: string) => shop.ask('PATCH', path, { description: 'Theirs' }, { 'If-Match': '*' });

/** Everything that opens over a page, by the page and what somebody does there. A new dialog is a line here. */
const DIALOGS: Record<string, [path: (made: Made) => string, open: Open]> = {
  'a segment that somebody else changed': [
    ({ segments }) => `/segments/${segments[1]}/edit`,
    async (page, shop, made) => {
      await theirs(shop, `/segments/${made.segments[1]}`);
      await name(page).fill('Mine');
      await press('Save changes')(page, shop, made);
      await page.getByText('Removed:').first().waitFor();
    },
  ],
  'leaving without saving': [
    () => '/segments/new',
    async (page) => {
      await name(page).fill('Not saved');
      await page.getByRole('link', { name: 'Campaigns', exact: true }).click();
    },
  ],
  'deactivating a segment': [({ segments }) => `/segments/${segments[1]}`, choose('More actions', 'Deactivate')],
  'a customer placeholder': [() => '/campaigns/new', press("Insert a customer's data in the message")],
  'a campaign that somebody else changed': [
    ({ campaign }) => `/campaigns/${campaign}/edit`,
    async (page, shop, made) => {
      await theirs(shop, `/campaigns/${made.campaign}`);
      await name(page).fill('Mine');
      await press('Save')(page, shop, made);
    },
  ],
  sending: [
    ({ campaign }) => `/campaigns/${campaign}`,
    async (page) => {
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await page.getByRole('table', { name: 'How the audience comes about' }).waitFor();
    },
  ],
  'a test send': [({ campaign }) => `/campaigns/${campaign}`, press('Test send')],
  'deactivating a campaign': [({ campaign }) => `/campaigns/${campaign}`, choose('More actions', 'Deactivate')],
  'a schedule': [({ campaign }) => `/campaigns/${campaign}`, press('Schedule it')],
  'changing a schedule': [({ waiting }) => `/campaigns/${waiting.campaign}`, press('Change')],
  'removing a schedule': [({ waiting }) => `/campaigns/${waiting.campaign}`, press('Remove')],
  'trying again': [({ dispatch }) => `/dispatches/${dispatch}`, press('Try all again')],
  'cancelling a dispatch': [({ waiting }) => `/dispatches/${waiting.dispatch}`, press('Cancel the dispatch')],
  'who is in an audience': [
    ({ dispatch }) => `/dispatches/${dispatch}?audience=targeted`,
    (page) => page.getByRole('dialog').getByRole('link').first().waitFor(),
  ],
  'marking as sent': [({ waiting }) => `/notifications/${encodeURIComponent(waiting.notification)}`, press('Mark as sent')],
  'marking as failed': [
    ({ waiting }) => `/notifications/${encodeURIComponent(waiting.notification)}`,
    press('Mark as failed'),
  ],
  'stopping messages': [({ customer }) => `/customers/${customer}`, press('Stop messages')],
  'erasing a customer': [({ customer }) => `/customers/${customer}`, press('Erase')],
  'a new suppression': [() => '/suppressions', press('Add')],
  'importing suppressions': [() => '/suppressions', press('Import CSV')],
  'lifting a suppression': [() => '/suppressions', press(/^Remove the suppression of/)],
  'an entry of the audit log': [() => '/audit', press(/^Details of entry/)],
};

/** Menus and lists, and what opens within a page. */
const OTHERS: Record<string, [path: (made: Made) => string, open: Open]> = {
  'the account': [() => '/', press('Account')],
  'what to do with a segment': [({ segments }) => `/segments/${segments[0]}`, press('More actions')],
  'how to download a segment': [({ segments }) => `/segments/${segments[0]}?tab=customers`, press('Download CSV')],
  'what to add to a rule': [() => '/segments/new', press('Add to the rule')],
  'the conditions': [() => '/segments/new', (page) => page.getByRole('combobox', { name: 'Add a condition' }).click()],
  'what to do with a part of a rule': [() => '/segments/new', press('More for this part')],
  'the audience of a campaign': [
    ({ campaign }) => `/campaigns/${campaign}/edit?step=audience`,
    press('See who is left out'),
  ],
  'the rules of a campaign': [({ campaign }) => `/campaigns/${campaign}/edit?step=rules`, () => Promise.resolve()],
  'a campaign to be looked over': [({ campaign }) => `/campaigns/${campaign}/edit?step=review`, () => Promise.resolve()],
  'a campaign that lacks something': [() => '/campaigns/new?step=review', press('Save campaign')],
  'a rule that lacks something': [() => '/segments/new', press('Save segment')],
  'a message that no model wrote': [
    () => '/campaigns/new',
    async (page) => {
      await page.getByRole('button', { name: 'Suggest messages with AI' }).click();
      await page.getByLabel('What should it achieve?').fill('Pumpkins');
      await page.getByRole('button', { name: 'Suggest messages', exact: true }).click();
      await page.getByRole('alert').filter({ hasText: 'The model gave no answer' }).waitFor();
    },
  ],
};

/** A list of options that the field in focus offers: the first Escape closes that. */
const isListOpen = (page: Page) => page.getByRole('listbox').first().isVisible();

describeInBrowser('what opens on a page', () => {
  let on: Dashboard;
  let made: Made;
  let tab: Visit;
  beforeAll(async () => {
    on = await openDashboard();
    const things = await hostileShop(on);
    made = { ...things, waiting: await makeWaiting(on.shop, things.segments[0]) };
    tab = await on.visit();
  });
  afterAll(() => on?.close());

  it.each(Object.keys(DIALOGS))(
    '%s: a dialog that everybody can use, has the focus, and is left by Escape',
    async (title) => {
      const [path, open] = DIALOGS[title];
      await tab.open(path(made));
      await open(tab.page, on.shop, made);
      const dialog = tab.page.getByRole('dialog');
      await dialog.waitFor();

      expect(await problemsInEverySeat(tab.page)).toEqual([]);
      expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
      if (await isListOpen(tab.page)) await tab.page.keyboard.press('Escape');
      await tab.page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      expect(tab.noticed).toEqual([]);
    },
  );

  it.each(Object.keys(OTHERS))('%s can be used by everybody', async (title) => {
    const [path, open] = OTHERS[title];
    await tab.open(path(made));
    await open(tab.page, on.shop, made);

    expect(await problemsInEverySeat(tab.page)).toEqual([]);
    expect(tab.noticed).toEqual([]);
  });

  it('the menu of narrow pages can be used by everybody, and leads on', async () => {
    await tab.open('/');
    await tab.page.setViewportSize({ width: 360, height: 900 });
    await tab.page.getByRole('button', { name: 'Open the menu' }).click();

    expect(await problemsInEverySeat(tab.page, [360, 768])).toEqual([]);
    await tab.page.getByRole('dialog').getByRole('link', { name: 'Segments' }).click();
    await tab.page.getByRole('heading', { level: 1, name: 'Segments' }).waitFor();
    await tab.page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('signing in can be done by everybody, again too', async () => {
    const { page } = tab;
    await tab.open('/');
    await page.evaluate(() => window.sessionStorage.clear());
    await page.reload();
    await page.getByLabel('Token', { exact: true }).fill('a-token-nobody-has-given');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This token is not known').waitFor();

    expect(await problemsInEverySeat(page)).toEqual([]);
  });
});

async function makeWaiting(shop: Shop, id: string): Promise<Made['waiting']> {
  const campaign = await shop.campaign('Waiting', [{ id }], { message: 'Hello' });
  const dispatch = await shop.dispatch(campaign);
  await shop.ask('PUT', `/campaigns/${campaign.id}/schedule`, {
    scheduled_at: '2099-01-08T09:00:00',
    time_zone: 'Europe/Madrid',
  });
  const [notification] = await shop.ask<{ id: string }[]>('GET', `/notifications?dispatch_id=${dispatch.id}&limit=1`);
  return { campaign: campaign.id, dispatch: dispatch.id, notification: notification.id };
}
