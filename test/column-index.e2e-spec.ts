import { Logger } from '@nestjs/common';
import { Client } from 'pg';
import type { Config } from '../src/config/config';
import type { ColumnIndex } from '../src/segments/column-index/column-index';
import { parseRule, type Rule } from '../src/segments/rules/rule';
import * as support from './support/column-index';
import { type FreshDatabase, freshDatabase } from './support/database';
import { eventually } from './support/eventually';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy';

const SOMEBODY = { id: '5eed0000-0000-4000-8000-000000000001' };

let db: FreshDatabase;
let index: ColumnIndex;
let proxy: TcpProxy | undefined;
beforeAll(() => Logger.overrideLogger(false));
beforeEach(async () => {
  db = await freshDatabase();
});
afterEach(async () => {
  await index.onModuleDestroy();
  await proxy?.close();
  proxy = undefined;
  await db.drop();
});

const startIndex = (overrides: Partial<Config> = {}): ColumnIndex => (index = support.startIndex(db, overrides));
const loaded = async (overrides: Partial<Config> = {}) => {
  await startIndex(overrides).refresh();
  expect(index.state().state).toBe('ready');
};
const countOf = async (rule: Rule, asOf?: string) => (await index.count([parseRule(rule, () => ({}))], asOf))?.totals[0][0];

const buy = (purchases: number, days = 1) =>
  db.query(
    `INSERT INTO purchase_history (id, user_id, ticket_id, purchase_date, store_name, total_amount)
     SELECT gen_random_uuid(), $1, gen_random_uuid(), now() - n % $3::int * interval '1 day', 'Old Town', 10
       FROM generate_series(1, $2::int) n`,
    [SOMEBODY.id, purchases, days],
  );
const somebody = () => db.query(`INSERT INTO users (id, email) VALUES ($1, 'somebody@example.invalid')`, [SOMEBODY.id]);

it('finds what a transaction had written before the load, and committed after it', async () => {
  await somebody();
  await buy(1);
  const late = new Client({ connectionString: db.url });
  await late.connect();
  await late.query('BEGIN');
  await late.query('UPDATE public.purchase_history SET total_amount = 99');
  await loaded();
  await db.query(`INSERT INTO users (email, role) VALUES ('other@example.invalid', 'admin')`);
  await index.refresh();
  expect([await countOf({}), await countOf({ min_total_spent: 99 })]).toEqual([2, 0]);

  await late.query('COMMIT');
  await late.end();
  await index.refresh();

  expect(await countOf({ min_total_spent: 99 })).toBe(1);
});

describe('what it cannot keep exactly is left to PostgreSQL, and only that', () => {
  const answered = async () => ({
    customers: (await countOf({})) !== undefined,
    amounts: (await countOf({ min_total_spent: 1 })) !== undefined,
    counts: (await countOf({ min_num_purchases: 1 })) !== undefined,
    stores: (await countOf({ stores_in: ['Old Town'] })) !== undefined,
    preferences: (await countOf({ preferences_contains: { a: 1 } })) !== undefined,
    roles: (await countOf({ roles_in: ['user'] })) !== undefined,
  });
  const ALL = { customers: true, amounts: true, counts: true, stores: true, preferences: true, roles: true };
  beforeEach(async () => {
    await somebody();
    await buy(3);
  });

  it.each<[string, string, Partial<typeof ALL>]>([
    ['nothing out of the ordinary', 'SELECT 1', {}],
    [
      'a third decimal',
      'ALTER TABLE public.purchase_history ALTER total_amount TYPE numeric; UPDATE public.purchase_history SET total_amount = 0.001',
      { amounts: false },
    ],
    [
      'an amount that is no number',
      `ALTER TABLE public.purchase_history DROP CONSTRAINT total_amount_is_a_number; UPDATE public.purchase_history SET total_amount = 'NaN'`,
      { amounts: false },
    ],
    [
      'a number that JavaScript would round',
      `UPDATE public.users SET preferences = '{"a": 12345678901234567890}'`,
      { preferences: false },
    ],
    [
      'stores that are equal in other letters',
      `CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
       ALTER TABLE public.purchase_history ALTER store_name TYPE varchar(255) COLLATE any_case`,
      { stores: false },
    ],
    ['a column that is missing', 'ALTER TABLE public.users DROP role', { roles: false }],
  ])('%s', async (_name, change, exceptions) => {
    await db.query(change);
    await loaded();
    expect(await answered()).toEqual({ ...ALL, ...exceptions });
  });

  it('a third decimal that comes later', async () => {
    await db.query('ALTER TABLE public.purchase_history ALTER total_amount TYPE numeric');
    await loaded();
    await db.query('UPDATE public.purchase_history SET total_amount = 1.005');
    await index.refresh();
    expect(await answered()).toEqual({ ...ALL, amounts: false });
  });

  it('double precision counts as what PostgreSQL makes of it, and amounts may be large', async () => {
    await db.query('ALTER TABLE public.purchase_history ALTER total_amount TYPE double precision USING 0.1');
    await loaded();
    expect([await countOf({ min_total_spent: 0.3 }), await countOf({ min_total_spent: 0.31 })]).toEqual([1, 0]);
    await db.query('UPDATE public.purchase_history SET total_amount = 123456789012.34');
    await index.refresh();
    expect(await countOf({ min_average_spent: 9_999_999_999 })).toBe(1);
  });
});

it('reloads where changes cannot be told from the rows, as in a view', async () => {
  await somebody();
  await buy(1);
  await db.query(`ALTER TABLE public.users RENAME TO people; CREATE VIEW public.users AS SELECT * FROM public.people`);
  await loaded();
  await db.query(`UPDATE public.people SET is_active = false`);
  await index.refresh();
  expect(await countOf({})).toBe(0);
});

describe('with too little memory for all purchases', () => {
  it('answers for the newest days that fit', async () => {
    await somebody();
    await buy(60_000, 60);
    await loaded({ COLUMN_INDEX_MEMORY_MB: 0.7 });

    const { purchases, bytes, covers_from } = index.state();
    expect(purchases).toBeLessThan(60_000);
    expect(bytes).toBeLessThan(0.7 * 2 ** 20);
    const days = Math.floor((Date.parse(index.state().as_of!) - Date.parse(covers_from!)) / 86_400_000);
    expect(await countOf({ last_days: days, min_num_purchases: days * 1000 })).toBe(1);
    expect(await countOf({ any: [{ purchased_from: covers_from }, { not: {} }] })).toBe(1);
    expect(await countOf({ last_days: days + 1 })).toBeUndefined();
    expect(await countOf({ max_num_purchases: 0 })).toBeUndefined();
    expect(await countOf({ roles_in: ['user'] })).toBe(1);

    await buy(1000);
    await db.query(`UPDATE purchase_history SET purchase_date = now() WHERE purchase_date < now() - interval '59 days'`);
    await index.refresh();
    const at = index.state().as_of!;
    const recent = { last_days: 1, min_num_purchases: 3000 };
    expect([await countOf(recent, at), await support.inPostgres(db, recent, at)]).toEqual([1, 1]);
  });

  it('leaves everything to PostgreSQL where not even a day fits', async () => {
    await somebody();
    await buy(60_000);
    await startIndex({ COLUMN_INDEX_MEMORY_MB: 0.5 }).refresh();
    expect([index.state().state, await countOf({})]).toEqual(['too-small', undefined]);
  });
});

it('waits until there are enough purchases, and does nothing when it is off', async () => {
  await somebody();
  await buy(9);
  await startIndex({ COLUMN_INDEX_FROM_PURCHASES: 10 }).refresh();
  expect([index.state().state, await countOf({})]).toEqual(['waiting', undefined]);
  await buy(1);
  await index.refresh();
  expect([index.state().state, await countOf({})]).toEqual(['ready', 1]);
  await index.onModuleDestroy();

  await startIndex({ COLUMN_INDEX: 'off' }).refresh();
  expect([index.state().state, await countOf({})]).toEqual(['off', undefined]);
});

describe('when the database is lost', () => {
  const throughProxy = async () => {
    await somebody();
    proxy = await startTcpProxy(db.url);
    return { DATABASE_URL: proxy.through(db.url) };
  };

  it('leaves the answers to PostgreSQL until it has loaded again', async () => {
    const overrides = await throughProxy();
    await buy(1);
    await loaded(overrides);

    await proxy!.refuse();
    await expect(index.refresh()).rejects.toThrow();
    expect([index.state().state, await countOf({})]).toEqual(['failed', undefined]);

    await proxy!.forward();
    await index.refresh();
    expect([index.state().state, await countOf({})]).toEqual(['ready', 1]);
  });

  it('survives that during the load', async () => {
    const overrides = await throughProxy();
    await buy(150_000);
    startIndex(overrides);
    await eventually(() => expect(index.state().progress).toBeGreaterThan(0));
    proxy!.cut();
    await eventually(() => expect(index.state().state).toBe('failed'));
    await index.refresh();
    expect(await countOf({ min_num_purchases: 150_000 })).toBe(1);
  });

  it('stops at once, also while it loads from a server that says nothing', async () => {
    const overrides = await throughProxy();
    await buy(150_000);
    startIndex(overrides);
    await eventually(() => expect(index.state().progress).toBeGreaterThan(0));
    proxy!.freeze();
    await index.onModuleDestroy();
    expect(await countOf({})).toBeUndefined();
  });
});
