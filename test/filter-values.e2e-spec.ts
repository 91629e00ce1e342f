import { Client } from 'pg';
import { raw, sql } from '../src/common/sql';
import { valueLimits } from '../src/segments/catalogue/filter-values';
import { startApp, type TestApp } from './support/app';
import { eventually } from './support/eventually';
import { refusalFault } from './support/refusal';

let app: TestApp;
const usual = { ...valueLimits };
afterEach(async () => {
  Object.assign(valueLimits, usual);
  await app.close();
});

const ask = () => app.api.get('/segments/filters/stores_in/values');
const stores = async (): Promise<string[]> => (await ask().expect(200)).body.map(({ value }: { value: string }) => value);

/** How many read purchases for it at this moment. */
const readers = async (): Promise<number> =>
  (
    await app.db.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'crm-service' AND state = 'active' AND query LIKE 'SELECT p.store_name AS value%'`,
    )
  )[0].n;

/** Purchases as a view that takes so long for every row. */
const slowPurchases = (seconds: number) =>
  app.db.query(
    sql`CREATE SCHEMA slow;
        CREATE VIEW slow.users AS SELECT * FROM public.users;
        CREATE VIEW slow.purchase_history AS SELECT p.* FROM public.purchase_history p, pg_sleep(${raw(String(seconds))})`
      .text,
  );

/** Somebody who keeps purchases from being read until it is over. */
async function locked(): Promise<{ release(): Promise<void> }> {
  const client = new Client({ connectionString: app.db.url, options: '-c search_path=crm,public' });
  await client.connect();
  await client.query('BEGIN; LOCK TABLE purchase_history IN ACCESS EXCLUSIVE MODE');
  return { release: () => client.end() };
}

it('no longer fresh are answered as they were, and read anew beside that', async () => {
  valueLimits.freshMs = 1;
  app = await startApp();
  const ana = await app.make.customer({}, { store_name: 'Old Town' });
  const first = await ask().expect(200);
  await app.make.purchase(ana, { store_name: 'Mercat' });
  const lock = await locked();

  await eventually(async () => {
    const stale = await ask().expect(200); // whoever waited for the table would be refused
    expect(stale.body).toEqual(first.body);
    expect(stale.headers['x-data-as-of']).toBe(first.headers['x-data-as-of']);
    expect(await readers()).toBe(1);
  });
  await lock.release();

  await eventually(async () => expect(await stores()).toEqual(['Mercat', 'Old Town']));
});

it('stay as they were where they cannot be read anew', async () => {
  valueLimits.freshMs = 1;
  app = await startApp();
  await app.make.customer({}, { store_name: 'Old Town' });
  expect(await stores()).toEqual(['Old Town']);
  await app.db.query('ALTER TABLE purchase_history RENAME TO gone');

  for (let i = 0; i < 3; i++) expect(await stores()).toEqual(['Old Town']);
  await app.db.query('ALTER TABLE gone RENAME TO purchase_history');
  await app.db.query("UPDATE purchase_history SET store_name = 'New Town'");

  await eventually(async () => expect(await stores()).toEqual(['New Town']));
});

it('that take longer to read than a request may are there for whoever asks again', async () => {
  app = await startApp({ CUSTOMERS_SCHEMA: 'slow', STATEMENT_TIMEOUT_SECONDS: 1 });
  await slowPurchases(2);
  await app.make.customer({}, { store_name: 'Old Town' });

  const refused = await ask();

  expect(refusalFault(refused, { status: 503, type: 'statement-too-slow' })).toBeUndefined();
  expect(refused.headers['retry-after']).toBe('30');
  await eventually(async () => expect(await stores()).toEqual(['Old Town']));
});

it('are not waited for by a process that stops', async () => {
  app = await startApp({ CUSTOMERS_SCHEMA: 'slow', STATEMENT_TIMEOUT_SECONDS: 1 });
  await slowPurchases(600);
  await app.make.customer();
  expect((await ask()).status).toBe(503);
  expect(await readers()).toBe(1);

  await app.nest.close();

  await eventually(async () => expect(await readers()).toBe(0));
});

it('are at most so many, the most frequent', async () => {
  valueLimits.most = 2;
  app = await startApp();
  const shops = ['A', 'B', 'B', 'C', 'C', 'C'].map((store_name) => ({ store_name }));
  await app.make.customer({}, ...shops);

  expect(await stores()).toEqual(['C', 'B']);
});
