import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { instantOf } from '../src/common/instant';
import type { ColumnIndex } from '../src/segments/column-index/column-index';
import { jsonContains } from '../src/segments/column-index/scan/json-contains';
import { parseRule, type Rule, type RuleNode } from '../src/segments/rules/rule';
import { inPostgres, startIndex } from './support/column-index';
import { type FreshDatabase, freshDatabase } from './support/database';
import { NaiveEvaluator } from './support/naive-evaluator';
import { AS_OF, insertFacts, preferences, randomFacts } from './support/random-facts';
import { filterValues, randomRule, randomSegments, type Values } from './support/random-rules';

/** Random trees; CI has time for some, a release run takes 10,000. */
const RUNS = Number(process.env.CONFORMANCE_RUNS ?? 300);
/** Rules that share a scan. */
const BATCH = 100;
const SEED = 20_261_123;

const facts = randomFacts(2000, SEED);
/** Of filters that the index can answer; PostgreSQL alone knows the rest. */
const values = Object.fromEntries(
  Object.entries(filterValues(facts.customers.map(({ id }) => id))).filter(
    ([key]) => !['products_contain', 'inferred_preferences_contain', 'rfm'].includes(key),
  ),
) as unknown as Values;
const segments = randomSegments(values, SEED);
const rule = randomRule(values, segments);
const judge = new NaiveEvaluator(facts, AS_OF, segments);
const parsed = (one: Rule): RuleNode => parseRule(one, (id) => segments[id]);
const asOf = instantOf(AS_OF);

let db: FreshDatabase;
let index: ColumnIndex;
beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await freshDatabase();
  await insertFacts(db, facts);
  index = startIndex(db);
  await index.refresh();
});
afterAll(async () => {
  await index.onModuleDestroy();
  await db.drop();
});

const countOf = async (one: Rule, at?: string) => (await index.count([parsed(one)], at))?.totals[0][0];
const inDatabase = (one: Rule, at: string) => inPostgres(db, one, at, segments);

/** A node and what is below it, in the order of nodesOf; a reference is followed. */
function nodes(one: Rule): Rule[] {
  if ('all' in one) return [one, ...one.all.flatMap(nodes)];
  if ('any' in one) return [one, ...one.any.flatMap(nodes)];
  if ('not' in one) return [one, ...nodes(one.not)];
  return 'segment_id' in one ? [one, ...nodes(segments[one.segment_id])] : [one];
}

it(
  'counts every node of random trees as plain words do, many rules in one scan',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rule, { minLength: BATCH, maxLength: BATCH }), async (rules) => {
        const found = await index.count(rules.map(parsed), asOf);
        const meant = rules.map((one) => nodes(one).map((node) => judge.audience(node).length));
        const disputed = rules.filter((_, i) => found!.totals[i].join() !== meant[i].join());
        expect(disputed.map((one) => JSON.stringify(one))).toEqual([]);
      }),
      { numRuns: Math.ceil(RUNS / BATCH), endOnFailure: true },
    );
  },
  120_000 + RUNS * 100,
);

it('finds the very customers, and of a few the same ones each time', async () => {
  for (const one of fc.sample(rule, { numRuns: 100, seed: SEED })) {
    const [all, some] = [await index.sample(parsed(one), asOf, 5000), await index.sample(parsed(one), asOf, 7)];
    expect(all!.toSorted()).toEqual(judge.audience(one));
    expect(some).toEqual(all!.slice(0, 7));
  }
});

it('counts how rules overlap', async () => {
  const rules = fc.sample(rule, { numRuns: 8, seed: 5 });
  const sets = rules.map((one) => new Set(judge.audience(one)));
  const expected = new Map<number, number>();
  for (const { id } of facts.customers) {
    const mask = sets.reduce((sum, set, i) => sum + (set.has(id) ? 2 ** i : 0), 0);
    if (mask > 0) expected.set(mask, (expected.get(mask) ?? 0) + 1);
  }
  const overlap = await index.overlap(rules.map(parsed), asOf);
  expect([...overlap!.byMask].sort()).toEqual([...expected].sort());
  expect(overlap).toMatchObject({ asOf, source: 'index', activeCustomers: judge.audience({}).length });
});

it('answers at any instant up to its own, and leaves the rest to PostgreSQL', async () => {
  const now = index.state().as_of!;
  const later = instantOf(Date.parse(now) * 1000 + 60_000_000);
  const january = '2026-01-01T00:00:00Z';
  expect((await index.count([parsed({})], undefined))!.asOf).toBe(now);
  expect(await countOf({ last_days: 30 }, january)).toBe(await inDatabase({ last_days: 30 }, january));
  expect(await countOf({}, later)).toBeUndefined();
  expect(await countOf({ rfm: { window_days: 30, recency: [1, 5] } })).toBeUndefined();
  expect(await countOf({ any: [{}, { products_contain: [{ name: 'tea' }] }] })).toBeUndefined();
});

it('contains JSON as PostgreSQL does', async () => {
  const whole = fc.oneof(preferences, fc.constantFrom<unknown>([], 'a', 1, null));
  const pairs = fc.sample(fc.tuple(whole, preferences), 2000);
  const found = await db.query<{ contained: boolean }>(
    `SELECT (pair -> 0) @> (pair -> 1) AS contained FROM jsonb_array_elements($1) WITH ORDINALITY AS p (pair, n) ORDER BY n`,
    [JSON.stringify(pairs)],
  );
  expect(pairs.map(([one, part]) => jsonContains(one, part))).toEqual(found.map(({ contained }) => contained));
});

const NEW = '5eed0000-0000-4000-8000-000000000001';
const NOBODY = '00000000-0000-4000-8000-000000000000';
const OTHER = facts.customers.find(({ is_active }) => is_active === true)!.id;
const columns = 'id, user_id, ticket_id, purchase_date, store_name, total_amount';

it.each([
  [
    'a new customer',
    `INSERT INTO users (id, email, preferences, role) VALUES ('${NEW}', 'new@example.invalid', '{"diet": "a"}', 'vendor')`,
  ],
  [
    'purchases in a new store',
    `INSERT INTO purchase_history (${columns})
     SELECT gen_random_uuid(), '${NEW}', gen_random_uuid(), '${asOf}'::timestamptz - n * interval '1 day', 'New store', n
       FROM generate_series(1, 20) n`,
  ],
  [
    'purchases of nobody',
    `INSERT INTO purchase_history (${columns})
     SELECT gen_random_uuid(), nobody, gen_random_uuid(), '${asOf}', 'Mercat', 7
       FROM unnest(ARRAY['${NOBODY}', '00000000-0000-4000-8000-00000000000f']::uuid[]) nobody`,
  ],
  [
    'a customer whose purchases were there before',
    `INSERT INTO users (id, email) VALUES ('${NOBODY}', 'late@example.invalid')`,
  ],
  [
    'back-dated purchases',
    `UPDATE purchase_history SET purchase_date = purchase_date - interval '40 days' WHERE store_name = 'Old Town'`,
  ],
  [
    'changed purchases',
    `UPDATE purchase_history SET total_amount = 77.77, is_market_store = NOT is_market_store WHERE store_name = 'Mercat'`,
  ],
  [
    'changed customers',
    `UPDATE users SET is_active = is_active IS FALSE, preferences = '{"likes": ["b"]}', registration_date = now() WHERE role = 'admin'`,
  ],
  ['purchases of another customer', `UPDATE purchase_history SET user_id = '${OTHER}' WHERE user_id = '${NEW}'`],
  ['deleted purchases', `DELETE FROM purchase_history WHERE store_name = 'old town'`],
  [
    'as many deleted as new',
    `WITH gone AS (DELETE FROM purchase_history WHERE id = (SELECT id FROM purchase_history WHERE store_name = 'Mercat' LIMIT 1) RETURNING *)
     INSERT INTO purchase_history (${columns})
     SELECT gen_random_uuid(), '${NEW}', ticket_id, purchase_date, store_name, total_amount FROM gone`,
  ],
  ['a deleted customer', `DELETE FROM users WHERE id = '${NEW}'`],
])('is what PostgreSQL counts again, once refreshed, after %s', async (_name, change) => {
  await db.query(change);
  await index.refresh();
  const now = index.state().as_of!;
  const telling: Rule[] = [
    {},
    { last_days: 365 },
    { stores_in: ['New store'] },
    { min_total_spent: 50 },
    { roles_in: ['vendor'] },
  ];
  for (const one of [...telling, ...fc.sample(rule, { numRuns: 15, seed: 9 })])
    for (const at of [asOf, now]) expect([one, await countOf(one, at)]).toEqual([one, await inDatabase(one, at)]);
});

it('answers while it is changed', async () => {
  const before = await countOf({}, asOf);
  const answers = Promise.all(Array.from({ length: 200 }, () => countOf({}, asOf)));
  await db.query('UPDATE users SET is_active = false');
  await index.refresh();
  for (const answer of await answers) expect([before, 0]).toContain(answer);
  expect(await countOf({}, asOf)).toBe(0);
});
