import type { Route } from 'playwright-core';
import { hold, releaseAll } from '../support/hold';
import { Builder } from './support/builder';
import { makeCustomers } from './support/customers';
import { type Dashboard, openDashboard } from './support/dashboard';
import { describeInBrowser } from './support/describe-in-browser';
import type { Visit } from './support/visit';

const PREVIEW = /\/segments\/preview/;

describeInBrowser('a count that takes its time', () => {
  let on: Dashboard;
  let tab: Visit;
  let builder: Builder;
  beforeAll(async () => {
    on = await openDashboard();
    await makeCustomers(on.app.db, 40);
  });
  afterAll(() => on?.close());
  beforeEach(async () => {
    tab = await on.visit('/segments/new');
    builder = new Builder(tab.page);
    await builder.addCondition(builder.part('1'), 'Bought at least');
    await bought('1');
    expect(await builder.count()).toBe(32);
  });
  afterEach(async () => {
    await releaseAll();
    expect(tab.noticed).toEqual([]);
    await tab.page.close();
  });

  const bought = (times: string) => builder.part('1').getByRole('textbox', { name: 'Bought at least' }).fill(times);

  it('is waited for in the open, with the count before it marked as old, and nobody is kept from typing', async () => {
    const lock = await hold(on.app.db, 'LOCK TABLE public.purchase_history IN ACCESS EXCLUSIVE MODE');

    await bought('2');
    await lock.waitedForBy(1);
    await tab.page.getByText('Still counting. A large rule can take a while.').waitFor();
    await tab.page.getByTitle('The last count, of the rule before this change').getByText('32').waitFor();
    await builder.name('Typed while it counts');
    await bought('3');
    expect(await tab.page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Typed while it counts');
    await lock.release();

    expect(await builder.count()).toBe(16);
  });

  it('never takes the place of a later one', async () => {
    const held: Route[] = [];
    await tab.page.route(PREVIEW, (route) => void held.push(route), { times: 1 });
    const late = tab.page.waitForRequest(PREVIEW);
    await bought('2');
    await late;

    await bought('3');
    expect(await builder.count()).toBe(16);
    await held[0].continue().catch(() => undefined); // nobody may be waiting for it any more
    await bought('4');

    expect(await builder.count()).toBe(8);
    expect((await late).failure()?.errorText).toBe('net::ERR_ABORTED');
  });

  it('does not keep a rule from being saved', async () => {
    const lock = await hold(on.app.db, 'LOCK TABLE public.purchase_history IN ACCESS EXCLUSIVE MODE');
    await bought('2');
    await lock.waitedForBy(1);

    await builder.name('Saved before it was counted');
    await builder.save();

    await tab.page.getByRole('heading', { level: 1, name: 'Saved before it was counted' }).waitFor();
  });
});
