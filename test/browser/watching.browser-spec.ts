import { makeCustomers } from './support/customers';
import { type Dashboard, openDashboard } from './support/dashboard';
import { describeInBrowser } from './support/describe-in-browser';
import { showsFigures } from './support/figures';

describeInBrowser('watching a dispatch', () => {
  let on: Dashboard;
  let dispatch: { id: string };
  beforeAll(async () => {
    on = await openDashboard();
    await makeCustomers(on.app.db, 40);
  });
  afterAll(() => on?.close());
  beforeEach(async () => {
    const campaign = await on.shop.campaign('Watched', [await on.shop.segment('Everybody', {})], { message: 'Hello' });
    dispatch = await on.shop.dispatch(campaign);
  });

  it('asks every few seconds where a proxy lets no events through', async () => {
    await on.browser.context.route(/\/events$/, (route) => route.abort());
    const { page, noticed } = await on.visit(`/dispatches/${dispatch.id}`);
    await page.getByText('Every 3 seconds', { exact: true }).waitFor();

    await on.worker.settle(await on.worker.claim(10));
    await showsFigures(page, { Waiting: 30, Sent: 10 });
    await on.worker.settle(await on.worker.claim(30));
    await showsFigures(page, { Waiting: 0, Sent: 40 });

    await page.getByText('Dispatched', { exact: true }).first().waitFor();
    expect(noticed).toEqual([]);
    await on.browser.context.unrouteAll();
  });

  it('is the same in two tabs, of which one pauses it and the other lets it go on', async () => {
    const [one, other] = [await on.visit(`/dispatches/${dispatch.id}`), await on.visit(`/dispatches/${dispatch.id}`)];

    await one.page.getByRole('button', { name: 'Pause' }).click();
    await other.page.bringToFront(); // a tab that nobody looks at listens to nothing
    await other.page.getByText('This dispatch is paused').waitFor();
    expect((await on.worker.claim(10)).notifications).toEqual([]);
    await other.page.getByRole('button', { name: 'Resume' }).click();
    await one.page.bringToFront();
    await one.page.getByText('This dispatch is paused').waitFor({ state: 'detached' });

    await on.worker.settle(await on.worker.claim(40));
    await showsFigures(one.page, { Waiting: 0, Sent: 40 });
    expect([...one.noticed, ...other.noticed]).toEqual([]);
  });
});
