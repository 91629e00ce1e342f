import type { FreshDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { Builder } from './support/builder';
import { type Dashboard, openDashboard } from './support/dashboard';
import { describeInBrowser } from './support/describe-in-browser';
import type { Visit } from './support/visit';

const CUSTOMERS = 1_000_000;
const MINUTES = 60_000;

// what takes long is to make them
describeInBrowser('a million customers', () => {
  let on: Dashboard;
  let tab: Visit;
  beforeAll(async () => {
    on = await openDashboard({}, { STATEMENT_TIMEOUT_SECONDS: 60 }); // a busy machine is no fault of a page
    await makeMillion(on.app.db);
    await on.shop.segment('Bought three times', { min_num_purchases: 3 });
    tab = await on.visit();
  }, 10 * MINUTES);
  afterAll(() => on?.close());
  afterEach(() => expect(tab.noticed).toEqual([]));

  it('are all in the overview', async () => {
    await tab.open('/');

    await tab.page.getByText('1,000,000').first().waitFor();
    expect(await tab.page.getByRole('alert').count()).toBe(0);
  });

  it('are counted in the list of segments', async () => {
    await tab.open('/segments');

    await tab.page.getByRole('row').filter({ hasText: 'Bought three times' }).getByText('333,333').waitFor();
  });

  it('are counted while a rule is made', async () => {
    await tab.open('/segments/new');
    const builder = new Builder(tab.page);

    await builder.addCondition(builder.part('1'), 'Bought at least');
    await builder.part('1').getByRole('textbox', { name: 'Bought at least' }).fill('2');
    expect(await builder.count()).toBe(666_667);
    await builder.addCondition(builder.part('1'), 'Purchases in the stores');
    await builder.choose(builder.part('1').getByRole('combobox', { name: 'Purchases in the stores' }), 'Boqueria');

    expect(await builder.count()).toBe(333_334);
    expect(await tab.page.getByRole('alert').count()).toBe(0);
  });

  it('are found by their e-mail addresses', async () => {
    await tab.open('/customers');
    await tab.page.getByRole('textbox', { name: 'Find a customer' }).fill('customer-777777@');

    const rows = tab.page.getByRole('region', { name: 'Customers' }).getByRole('row');
    await eventually(async () => expect(await rows.count()).toBe(2)); // with the one that names the columns
    await rows.getByRole('link').click();
    await tab.page.getByRole('heading', { level: 1, name: 'c***@example.invalid' }).waitFor();
  });
});

/** Customer i made 1 + i % 3 purchases, all of them in one of two stores. */
async function makeMillion(db: FreshDatabase): Promise<void> {
  const id = `('00000000-0000-4000-8000-' || lpad(to_hex(i), 12, '0'))::uuid`; // in order: indexes take those sooner
  const purchase = `('00000000-0000-4000-900' || n || '-' || lpad(to_hex(i), 12, '0'))::uuid`;
  const users = `INSERT INTO users (id, email, preferences, is_active, registration_date)
     SELECT ${id}, 'customer-' || i || '@example.invalid', jsonb_build_object('diet', (ARRAY['vegan', 'omnivore'])[1 + i % 2]), true,
            now() - i % 700 * interval '1 day'
     FROM generate_series(1, $1::int) i`;
  await db.query(users, [CUSTOMERS]);
  const purchases = `INSERT INTO purchase_history (id, user_id, ticket_id, purchase_date, store_name, total_amount)
     SELECT ${purchase}, ${id}, ${purchase}, now() - (i + n) % 700 * interval '1 day',
            (ARRAY['Boqueria', 'Sant Antoni'])[1 + i % 2], 5 + i % 50
     FROM generate_series(1, $1::int) i, generate_series(1, 1 + i % 3) n`;
  await db.query(purchases, [CUSTOMERS]);
  await db.query('ANALYZE users');
  await db.query('ANALYZE purchase_history');
}
