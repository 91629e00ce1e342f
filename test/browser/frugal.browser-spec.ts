import type { Page } from 'playwright-core';
import { Builder } from './support/builder';
import { makeCustomers } from './support/customers';
import { type Dashboard, openDashboard } from './support/dashboard';
import { describeInBrowser } from './support/describe-in-browser';
import type { Visit } from './support/visit';

describeInBrowser('a page', () => {
  let on: Dashboard;
  let tab: Visit;
  let segment: { id: string };
  beforeAll(async () => {
    on = await openDashboard();
    await makeCustomers(on.app.db, 40);
    segment = await on.shop.segment('Buyers', { min_num_purchases: 1 }, 'Whoever bought something '.repeat(10));
    await on.shop.campaign('A campaign', [segment], { message: 'Hello' });
    tab = await on.visit();
    await tab.page.waitForLoadState('networkidle');
  });
  afterAll(() => on?.close());
  beforeEach(() => void tab.asked.splice(0));

  it.each([
    [
      'the list of segments',
      () => '/segments',
      () => ['GET /segments?counts=true&trend=true&used_by=true&limit=50', 'GET /overview/shop'],
    ],
    ['a new segment', () => '/segments/new', () => ['GET /segments/filters']],
    [
      'the builder',
      () => `/segments/${segment.id}/edit`,
      () => ['GET /segments/filters', `GET /segments/${segment.id}`, 'POST /segments/preview?sample=8'],
    ],
  ])('asks what it shows and nothing else, each once: %s', async (_name, path, needed) => {
    await tab.open(path());

    expect(tab.asked.toSorted()).toEqual(needed().toSorted());
  });

  it('counts once for a burst of typing, and the value of another list once', async () => {
    await tab.open(`/segments/${segment.id}/edit`);
    const builder = new Builder(tab.page);
    await builder.count();
    tab.asked.splice(0);

    const field = tab.page.getByRole('textbox', { name: 'Bought at least' });
    await field.fill('');
    await field.pressSequentially('1234');
    expect(await builder.count()).toBe(0);
    expect(tab.asked).toEqual(['POST /segments/preview?sample=8']);

    tab.asked.splice(0);
    await builder.addCondition(builder.part('1'), 'Purchases in the stores');
    const stores = tab.page.getByRole('combobox', { name: 'Purchases in the stores' });
    await builder.choose(stores, 'Boqueria');
    await builder.count();
    expect(tab.asked).toEqual(['GET /segments/filters/stores_in/values?limit=50', 'POST /segments/preview?sample=8']);
  });

  it('stays where it is while it counts', async () => {
    await tab.open(`/segments/${segment.id}/edit`);
    const builder = new Builder(tab.page);
    await builder.count();
    const before = await boxesOf(tab.page);

    const field = tab.page.getByRole('textbox', { name: 'Bought at least' });
    for (const times of ['2', '3', '4', '1']) {
      await field.fill(times);
      expect(await boxesOf(tab.page)).toEqual(before); // while it counts
      await builder.count();
      expect(await boxesOf(tab.page)).toEqual(before);
    }
  });

  it('shows the whole list of segments on a desk, to its last column', async () => {
    await tab.open('/segments');
    await tab.page.getByRole('link', { name: 'Buyers' }).waitFor();

    const hidden = await tab.page
      .getByRole('region', { name: 'Segments' })
      .evaluate((region) => region.scrollWidth - region.clientWidth);
    expect(hidden).toBe(0);
  });

  it('is there to be used soon', async () => {
    await tab.open('/segments');
    const readyMs = await tab.page.evaluate(() => {
      const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
      return Math.round(navigation.domInteractive);
    });
    const paints = await tab.page.evaluate(() =>
      performance.getEntriesByType('paint').map(({ name, startTime }) => `${name} ${Math.round(startTime)} ms`),
    );
    console.log(`The list of segments: interactive ${readyMs} ms, ${paints.join(', ')}`); // a figure, no limit: machines differ
    expect(readyMs).toBeGreaterThan(0);
  });
});

/** Where the parts of the page are that a count could push about. */
const boxesOf = (page: Page): Promise<string[]> =>
  page.locator('main :is(h1, h2, section, button, input, label, table, th)').evaluateAll((elements) =>
    elements.map((element) => {
      const { x, y, width } = element.getBoundingClientRect();
      return [element.tagName, x, y, width].join(' ');
    }),
  );
