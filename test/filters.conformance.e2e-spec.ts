import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { loadConfig } from '../src/config/config';
import { rows } from '../src/common/sql';
import { databaseOptions } from '../src/database/options';
import { filterSetErrors } from '../src/segments/filter-set.dto';
import { filterList, type FilterSet } from '../src/segments/filters';
import { SegmentQueryBuilder } from '../src/segments/segment-query.builder';
import { type FreshDatabase, freshDatabase } from './support/database';
import { type CustomerFact, matches, type PurchaseFact } from './support/naive-evaluator';

/** A rule is read at this instant; facts cluster around the ends of the windows before it. */
const AS_OF = Date.parse('2026-03-29T12:00:00Z'); // the day the clocks of Europe change: a day is 24 hours all the same
const DAY_MS = 86_400_000;
const STORES = ['Old Town', 'old town', 'Mercat', "D'Or; --", 'Ñandú 🛒', ''];
const RUNS = Number(process.env.CONFORMANCE_RUNS ?? 400);

const preference = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>('a', 'b', 1, 0, true, null, 1.5),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 2 }),
  object: fc.dictionary(fc.constantFrom('diet', 'likes', 'x'), tie('value'), { maxKeys: 2 }),
}));
const preferences = preference.object;

/** Values a filter takes, chosen so that customers fall on both sides and exactly on the line. */
const values: { [K in keyof Required<FilterSet>]: fc.Arbitrary<NonNullable<FilterSet[K]>> } = {
  last_days: fc.constantFrom(1, 2, 30, 31, 365, 3650),
  stores_in: fc.uniqueArray(fc.constantFrom(...STORES.filter(Boolean)), { minLength: 1 }),
  is_market_store: fc.boolean(),
  min_total_spent: fc.constantFrom(0, 0.01, 9.99, 10, 10.01, 20, 30, 100.1, 1000),
  min_num_purchases: fc.constantFrom(0, 1, 2, 3, 5),
  preferences_contains: preferences,
};
const filterSet = fc.record(values, { requiredKeys: [] }) as fc.Arbitrary<FilterSet>;

const instant = fc.oneof(
  fc.integer({ min: -3700 * DAY_MS, max: 10 * DAY_MS }),
  fc.tuple(fc.constantFrom(0, 1, 2, 30, 31, 365, 3650), fc.constantFrom(-1, 0, 1)).map(([days, ms]) => ms - days * DAY_MS),
);
const purchase = (user_id: string): fc.Arbitrary<PurchaseFact> =>
  fc.record({
    user_id: fc.constant(user_id),
    at: instant.map((offset) => AS_OF + offset),
    store_name: fc.constantFrom(...STORES),
    cents: fc.constantFrom(0, 1, 500, 999, 1000, 1001, 2000, -1000, 10_010),
    is_market_store: fc.constantFrom(true, false, null),
  });
const customer: fc.Arbitrary<{ customer: CustomerFact; purchases: PurchaseFact[] }> = fc
  .record({
    id: fc.uuid(),
    preferences: fc.oneof(
      { weight: 4, arbitrary: preferences },
      { weight: 1, arbitrary: fc.constantFrom(null, [], ['a'], 'a', 1) },
    ),
    is_active: fc.constantFrom(true, true, true, false, null),
  })
  .chain((fact) => fc.record({ customer: fc.constant(fact), purchases: fc.array(purchase(fact.id), { maxLength: 6 }) }));

let db: FreshDatabase;
let database: DataSource;
let customers: CustomerFact[];
let purchases: PurchaseFact[];
const bought = new Map<string, PurchaseFact[]>();
const builder = new SegmentQueryBuilder();
const asOf = new Date(AS_OF).toISOString();

beforeAll(async () => {
  db = await freshDatabase();
  database = await new DataSource(databaseOptions(db.url, loadConfig({}))).initialize();
  const facts = fc.sample(customer, { numRuns: 600, seed: 20_261_122 });
  customers = facts.map((fact) => fact.customer);
  for (const fact of facts) bought.set(fact.customer.id, fact.purchases);
  // purchases of nobody: their customer is not in users
  const orphans = fc.sample(purchase('00000000-0000-4000-8000-000000000000'), { numRuns: 50, seed: 7 });
  purchases = [...facts.flatMap((fact) => fact.purchases), ...orphans];
  await db.query(
    `INSERT INTO users (id, email, preferences, is_active)
     SELECT id, id || '@example.invalid', preferences, is_active
     FROM jsonb_to_recordset($1) AS r(id uuid, preferences jsonb, is_active boolean)`,
    [JSON.stringify(customers)],
  );
  // jsonb_to_recordset turns a JSON null into SQL NULL: JSON null as a value is not what a missing preference is
  await db.query(
    `INSERT INTO purchase_history (id, user_id, ticket_id, purchase_date, store_name, total_amount, is_market_store)
     SELECT gen_random_uuid(), user_id, gen_random_uuid(), to_timestamp(at / 1000.0), store_name, cents / 100.0, is_market_store
     FROM jsonb_to_recordset($1) AS r(user_id uuid, at numeric, store_name text, cents numeric, is_market_store boolean)`,
    [JSON.stringify(purchases)],
  );
});
afterAll(async () => {
  await database.destroy();
  await db.drop();
});

const inSql = async (sets: FilterSet[]): Promise<string[]> =>
  (await rows<{ user_id: string }>(database, builder.audience(sets, asOf))).map(({ user_id }) => user_id).sort();
const inWords = (sets: FilterSet[]): string[] => {
  return customers
    .filter((c) => sets.some((set) => matches(set, c, bought.get(c.id) ?? [], AS_OF)))
    .map(({ id }) => id)
    .sort();
};

describe('filter sets mean what product says', () => {
  it('knows values for every filter there is', () => {
    expect(Object.keys(values).sort()).toEqual(filterList.map(({ key }) => key).sort());
  });

  it.each(filterList.map(({ key }) => key as keyof FilterSet))('%s alone', async (key) => {
    await fc.assert(
      fc.asyncProperty(values[key], async (value) => {
        const set = { [key]: value } as FilterSet;
        expect(filterSetErrors(set)).toEqual([]);
        expect(await inSql([set])).toEqual(inWords([set]));
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  it('combined at random, in unions of up to three sets', async () => {
    let matched = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(filterSet, { maxLength: 3 }), async (sets) => {
        const expected = inWords(sets);
        matched += expected.length;
        expect(await inSql(sets)).toEqual(expected);
      }),
      { numRuns: RUNS },
    );
    expect(matched).toBeGreaterThan(RUNS * 10); // the facts are such that rules match some and not others
  });

  it('counts and pages the very same customers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(filterSet, { maxLength: 3 }), fc.integer({ min: 1, max: 250 }), async (sets, limit) => {
        const expected = inWords(sets);
        const [{ total }] = await rows<{ total: string }>(database, builder.count(sets, asOf));
        const paged: string[] = [];
        for (let page = ['']; page.length > 0; paged.push(...page))
          page = (await rows<{ user_id: string }>(database, builder.page(sets, asOf, limit, paged.at(-1)))).map(
            (r) => r.user_id,
          );
        expect([Number(total), paged]).toEqual([expected.length, expected]);
      }),
      { numRuns: Math.ceil(RUNS / 10) },
    );
  });
});
