import type { Page } from 'playwright-core';
import { Builder } from './support/builder';
import { makeCustomers } from './support/customers';
import { type Dashboard, openDashboard } from './support/dashboard';
import { describeInBrowser } from './support/describe-in-browser';
import type { Visit } from './support/visit';

describeInBrowser('editing what somebody else edits', () => {
  let on: Dashboard;
  let tabs: Visit[] = [];
  beforeAll(async () => {
    on = await openDashboard();
    await makeCustomers(on.app.db, 40);
  });
  afterAll(() => on?.close());
  afterEach(async () => {
    for (const { noticed, page } of tabs.splice(0)) {
      expect(noticed).toEqual([]);
      await page.close();
    }
  });

  const bothOpen = async (path: string): Promise<Page[]> => {
    tabs = [await on.visit(path), await on.visit(path)];
    return tabs.map(({ page }) => page);
  };
  const boughtAtLeast = (page: Page) => page.getByRole('textbox', { name: 'Bought at least' });
  const found = (path: string) => on.shop.ask('GET', path);

  describe('a segment', () => {
    let segment: { id: string };
    let first: Builder;
    let second: Builder;
    beforeEach(async () => {
      segment = await on.shop.segment('Buyers', { min_num_purchases: 1 });
      [first, second] = (await bothOpen(`/segments/${segment.id}/edit`)).map((page) => new Builder(page));
      await boughtAtLeast(first.page).fill('2');
      await first.save();
      await first.page.getByRole('heading', { level: 1, name: 'Buyers' }).waitFor();
    });

    it('is not written over: whoever is second is told, sees the difference, and keeps what they typed', async () => {
      await boughtAtLeast(second.page).fill('3');
      await second.save();

      const dialog = second.page.getByRole('dialog', { name: 'Somebody else changed this segment' });
      await dialog.getByText('Removed: Customers who made at least 2 purchases').waitFor();
      await dialog.getByText('Added: Customers who made at least 3 purchases').waitFor();
      await dialog.getByRole('button', { name: 'Go on editing' }).click();
      expect(await boughtAtLeast(second.page).inputValue()).toBe('3 purchases');
      expect(await found(`/segments/${segment.id}`)).toMatchObject({ filters: { min_num_purchases: 2 } });
    });

    it('is theirs once it is loaded, and goes on from there', async () => {
      await boughtAtLeast(second.page).fill('3');
      await second.save();
      await second.page.getByRole('button', { name: 'Load theirs' }).click();
      expect(await second.count()).toBe(24);
      expect(await boughtAtLeast(second.page).inputValue()).toBe('2 purchases');

      await boughtAtLeast(second.page).fill('4');
      await second.save();

      await second.page.getByRole('heading', { level: 1, name: 'Buyers' }).waitFor();
      expect(await found(`/segments/${segment.id}`)).toMatchObject({ filters: { min_num_purchases: 4 } });
    });

    it('is mine once I say so', async () => {
      await boughtAtLeast(second.page).fill('3');
      await second.save();
      await second.page.getByRole('button', { name: 'Save mine over it' }).click();

      await second.page.getByRole('heading', { level: 1, name: 'Buyers' }).waitFor();
      expect(await found(`/segments/${segment.id}`)).toMatchObject({ filters: { min_num_purchases: 3 } });
    });
  });

  it('keeps both changes of a campaign', async () => {
    const everybody = await on.shop.segment('Everybody', {});
    const campaign = await on.shop.campaign('Before', [everybody], { message: 'Before' });
    const [mine, theirs] = await bothOpen(`/campaigns/${campaign.id}/edit`);
    await theirs.getByRole('textbox', { name: 'Name' }).fill('Their name');
    await theirs.getByRole('button', { name: 'Save', exact: true }).click();
    await theirs.getByText('All changes are saved').waitFor();

    await mine.getByRole('textbox', { name: 'Message', exact: true }).fill('My message');
    await mine.getByRole('button', { name: 'Save', exact: true }).click();
    const dialog = mine.getByRole('dialog', { name: 'Somebody else saved this campaign' });
    await dialog.getByRole('row', { name: 'Name Their name not changed by you' }).waitFor();
    expect(await found(`/campaigns/${campaign.id}`)).toMatchObject({ name: 'Their name', message: 'Before' });
    await dialog.getByRole('button', { name: 'Go on with both' }).click();
    await mine.getByRole('button', { name: 'Save', exact: true }).click();

    await mine.getByText('All changes are saved').waitFor();
    expect(await found(`/campaigns/${campaign.id}`)).toMatchObject({ name: 'Their name', message: 'My message' });
  });

  it.each([
    ['a segment', '/segments/new', 'Segments'],
    ['a campaign', '/campaigns/new', 'Campaigns'],
  ])('asks before %s that was not saved is left', async (_what, path, list) => {
    tabs = [await on.visit(path)];
    const [{ page }] = tabs;
    await page.getByRole('textbox', { name: 'Name' }).fill('Not saved yet');
    const away = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: list });

    await away.click();
    await page.getByRole('dialog', { name: 'Leave without saving?' }).getByRole('button', { name: 'Stay here' }).click();
    expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Not saved yet');
    const [asked] = await Promise.all([page.waitForEvent('dialog'), page.close({ runBeforeUnload: true })]);
    expect(asked.type()).toBe('beforeunload');
  });
});
