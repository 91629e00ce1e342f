import { type Dashboard, openDashboard } from './support/dashboard';
import { describeInBrowser } from './support/describe-in-browser';
import { problemsInEverySeat } from './support/seats';
import type { Visit } from './support/visit';

/** What every page says where there is nothing at all, and how it says to begin. */
const SAID: [path: string, nothing: string, begin: string][] = [
  ['/', 'There is nobody here yet', 'npm run demo'],
  ['/segments', 'No segments yet', 'New segment'],
  ['/segments/new', 'Who is in it', 'Add conditions until the count on this page is the group you mean.'],
  ['/segments/overlap', 'Choose two to six segments', 'how many customers they share'],
  ['/campaigns', 'No campaigns yet', 'New campaign'],
  ['/campaigns/new', 'Your message appears here.', 'Next: Audience'],
  ['/campaigns/new?step=audience', 'Nobody yet: add a segment.', 'Save and see who is left out'],
  ['/campaigns/new?step=review', 'Before it can be saved', 'Write the message.'],
  ['/dispatches', 'Nothing has been sent yet', 'Go to the campaigns'],
  ['/notifications', 'No notifications yet', 'When a campaign is sent'],
  ['/customers', 'No customers yet', 'How to begin'],
  ['/suppressions', 'Nobody is suppressed', 'Import CSV'],
  ['/audit', 'Nothing was changed yet', 'Whatever an admin changes is written here'],
  ['/settings', 'Settings', 'Database'],
  ['/nowhere', 'There is no such page', 'Overview'],
];

describeInBrowser('an empty database', () => {
  let on: Dashboard;
  let tab: Visit;
  beforeAll(async () => {
    on = await openDashboard();
    tab = await on.visit();
  });
  afterAll(() => on?.close());

  it.each(SAID)('at %s says so, how to begin, and nothing of an error', async (path, nothing, begin) => {
    await tab.open(path);

    for (const text of [nothing, begin]) await tab.page.locator('main').getByText(text).first().waitFor();
    expect(await tab.page.getByRole('alert').filter({ hasText: 'That did not work' }).count()).toBe(0);
    expect(await problemsInEverySeat(tab.page)).toEqual([]);
    expect(tab.noticed).toEqual([]);
  });

  it('has its first customers, segment and campaign as soon as somebody makes them', async () => {
    await tab.open('/');
    await on.app.make.customers(3);
    await tab.page.getByRole('button', { name: 'Look again' }).click();
    await tab.page.getByText('3', { exact: true }).first().waitFor();
    const segment = await on.shop.segment('The first segment', {});
    await on.shop.campaign('The first campaign', [segment], { message: 'Hello' });

    await tab.open('/segments');
    await tab.page.getByRole('link', { name: 'The first segment' }).waitFor();
    await tab.open('/campaigns');
    await tab.page.getByRole('link', { name: 'The first campaign' }).waitFor();
    expect(tab.noticed).toEqual([]);
  });
});
