import { type Dashboard, openDashboard } from './support/dashboard';
import { describeInBrowser } from './support/describe-in-browser';
import { hostileShop } from './support/hostile-shop';
import { pages, type Things } from './support/pages';
import { problemsInEverySeat } from './support/seats';
import type { Visit } from './support/visit';

describeInBrowser('every page, with hostile words everywhere', () => {
  let on: Dashboard;
  let things: Things;
  let tab: Visit;
  beforeAll(async () => {
    on = await openDashboard();
    things = await hostileShop(on);
    tab = await on.visit();
  });
  afterAll(() => on?.close());

  it.each(Object.keys(pages))('%s can be used by everybody, runs nothing and asks nobody else', async (name) => {
    await tab.open(pages[name](things));

    expect(await problemsInEverySeat(tab.page)).toEqual([]);
    expect(tab.noticed).toEqual([]);
  });
});
