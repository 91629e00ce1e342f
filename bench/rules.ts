import { join, sql, type Sql } from '../src/common/sql';
import { AS_OF } from './seed';

/** One of the questions that every way of answering is asked. */
export interface Question {
  /** As it would be sent to `POST /segments/preview`. */
  rule: object;
  /** The best statement we could write by hand for PostgreSQL on the original's indexes: one row, `total`. */
  byHand: Sql;
  /** The same for DuckDB. */
  duckdb: string;
  /** The same for bench/c-scan, one line: see there. */
  c: string;
}

const asOf = sql`${AS_OF}::timestamptz`;
const stores = ['Store 03', 'Store 09', 'Store 21'];

const active = sql`u.is_active IS NOT FALSE`;
const soFar = sql`p.purchase_date <= ${asOf}`;
const lastDays = (days: number) => sql`p.purchase_date >= ${asOf} - make_interval(hours => ${days * 24}::int) AND ${soFar}`;
const inStores = sql`p.store_name = ANY (${stores}::text[])`;
const prefers = (wanted: object) => sql`u.preferences @> ${JSON.stringify(wanted)}::jsonb`;
const buyers = (scope: Sql) => sql`SELECT p.user_id FROM purchase_history p WHERE ${scope}`;
const grouped = (scope: Sql, having: Sql) => sql`${buyers(scope)} GROUP BY p.user_id HAVING ${having}`;
const spent = (euros: number) => sql`sum(p.total_amount) >= ${euros}::numeric`;
const bought = (times: number) => sql`count(*) >= ${times}::bigint`;
/** The purchases first: each group is looked up among the customers. */
const activeOf = (select: Sql) =>
  sql`SELECT count(*) AS total FROM (${select}) g JOIN users u ON u.id = g.user_id WHERE ${active}`;
/** The customers first: only their purchases are grouped. */
const groupedOf = (customer: Sql, scope: Sql, having: Sql) => sql`
  SELECT count(*) AS total FROM (
    SELECT FROM purchase_history p WHERE ${scope} AND p.user_id IN (SELECT u.id FROM users u WHERE ${active} AND ${customer})
     GROUP BY p.user_id HAVING ${having}) g`;
const unionScopes = [lastDays(90), sql`${lastDays(30)} AND ${inStores}`, sql`${lastDays(365)} AND p.is_market_store`];
const inAny = join(
  unionScopes.map((scope) => sql`(${scope})`),
  ' OR ',
);

const t = `TIMESTAMPTZ '${AS_OF}'`;
const duckDays = (days: number) => `p.purchase_date >= ${t} - INTERVAL ${days * 24} HOUR AND p.purchase_date <= ${t}`;
const duckStores = `p.store_name IN ('${stores.join("', '")}')`;
const duckPrefers = (key: string, value: string) => `(u.preferences ->> '$.${key}') = '${value}'`;
const duckGroups = (scope: string, having: string) =>
  `SELECT p.user_id FROM purchase_history p WHERE ${scope} GROUP BY p.user_id HAVING ${having}`;
const duckCount = (condition: string) =>
  `SELECT count(*) AS total FROM users u WHERE u.is_active IS NOT FALSE AND ${condition}`;
const duckIn = (select: string) => duckCount(`u.id IN (${select})`);
const duckSoFar = `p.purchase_date <= ${t}`;

/**
 * Ten representative rules. What was tried for PostgreSQL by hand, at 1m/10m on the original's indexes (processor seconds of one
 * process, the machine being busy; where it says so, seconds of wall time in the plan PostgreSQL chose):
 * - broad: DISTINCT, then join 1.9 (an index-only scan, streamed); EXISTS 5.7, wall 27 against 4, for it becomes a nested loop over
 *   the heap; the last purchase of each customer by sub-select 7.7.
 * - stores: EXISTS 2.1, DISTINCT then join 2.4; alike in wall time.
 * - never bought: NOT EXISTS over DISTINCT 2.1 to 3.0; all less those who bought 2.2; EXCEPT 4.2; NOT EXISTS over the rows more than 25 wall.
 * - high spend: group then join 2.3, IN 2.4, customers first 2.5; summing hundredths as bigint is no faster than numeric.
 * - preference and spend: customers first 3.6; IN 6.7, join 7.1. Where half of all customers have the preference: 7.0, 6.9, 7.6.
 * - rare preference and spend: customers first 0.3; IN 9.7, join 9.2.
 * - lifetime: join 9.7, IN 9.9, customers first 10.5.
 * - union: one pass with FILTER, the scopes ORed in WHERE, 5.1; UNION of groups, then join 6.8; UNION of IN 7.0.
 * Settings of the transaction: enable_hashagg = off saves a quarter (high spend 2.3 to 1.8, preference and spend 6.7 to 4.9, union 5.1 to
 * 3.8), and makes lifetime five times as dear (50), for then it reads the heap in the order of an index. A work_mem of 64 or 256 MB
 * makes most grouped rules dearer by a third or more (lifetime 9.7 to 14, high spend 2.3 to 3.0): a hash table beyond the cache is slower
 * than partitions spilled to files that fit.
 * One plan for all values (force_generic_plan) makes broad and stores take 21 and 20 s instead of 4.
 */
export const questions = {
  broad: {
    rule: { last_days: 365 },
    byHand: activeOf(sql`SELECT DISTINCT p.user_id FROM purchase_history p WHERE ${lastDays(365)}`),
    duckdb: duckIn(`SELECT p.user_id FROM purchase_history p WHERE ${duckDays(365)}`),
    c: 'days=365',
  },
  narrow: {
    rule: { last_days: 30, stores_in: stores, min_num_purchases: 2 },
    byHand: activeOf(grouped(sql`${lastDays(30)} AND ${inStores}`, bought(2))),
    duckdb: duckIn(duckGroups(`${duckDays(30)} AND ${duckStores}`, 'count(*) >= 2')),
    c: 'days=30 stores=2,8,20 bought=2',
  },
  high_spend: {
    rule: { last_days: 90, min_total_spent: 500 },
    byHand: activeOf(grouped(lastDays(90), spent(500))),
    duckdb: duckIn(duckGroups(duckDays(90), 'sum(p.total_amount) >= 500')),
    c: 'days=90 cents=50000',
  },
  stores: {
    rule: { stores_in: stores },
    byHand: activeOf(sql`SELECT DISTINCT p.user_id FROM purchase_history p WHERE ${inStores} AND ${soFar}`),
    duckdb: duckIn(`SELECT p.user_id FROM purchase_history p WHERE ${duckStores} AND ${duckSoFar}`),
    c: 'stores=2,8,20',
  },
  preference: {
    rule: { preferences_contains: { diet: 'vegan' } },
    byHand: sql`SELECT count(*) AS total FROM users u WHERE ${active} AND ${prefers({ diet: 'vegan' })}`,
    duckdb: duckCount(duckPrefers('diet', 'vegan')),
    c: 'customers=0',
  },
  preference_and_spend: {
    rule: { preferences_contains: { diet: 'vegan' }, last_days: 365, min_total_spent: 300 },
    byHand: groupedOf(prefers({ diet: 'vegan' }), lastDays(365), spent(300)),
    duckdb: duckIn(duckGroups(duckDays(365), 'sum(p.total_amount) >= 300')) + ` AND ${duckPrefers('diet', 'vegan')}`,
    c: 'days=365 cents=30000 customers=0',
  },
  never_bought: {
    rule: { not: { last_days: 3650 } },
    byHand: sql`SELECT count(*) AS total FROM users u
                 WHERE ${active} AND NOT EXISTS (SELECT FROM (SELECT DISTINCT p.user_id FROM purchase_history p WHERE ${lastDays(3650)}) d WHERE d.user_id = u.id)`,
    duckdb: duckCount(`NOT EXISTS (SELECT 1 FROM purchase_history p WHERE p.user_id = u.id AND ${duckDays(3650)})`),
    c: 'days=3650 not',
  },
  lifetime: {
    rule: { min_total_spent: 1000 },
    byHand: activeOf(grouped(soFar, spent(1000))),
    duckdb: duckIn(duckGroups(duckSoFar, 'sum(p.total_amount) >= 1000')),
    c: 'cents=100000',
  },
  rare_preference_and_spend: {
    rule: { preferences_contains: { vip: true }, min_total_spent: 300 },
    byHand: groupedOf(prefers({ vip: true }), soFar, spent(300)),
    duckdb: duckIn(duckGroups(duckSoFar, 'sum(p.total_amount) >= 300')) + ` AND ${duckPrefers('vip', 'true')}`,
    c: 'cents=30000 customers=1',
  },
  union: {
    rule: {
      any: [
        { last_days: 90, min_total_spent: 500 },
        { last_days: 30, stores_in: stores, min_num_purchases: 2 },
        { last_days: 365, is_market_store: true, min_num_purchases: 10 },
      ],
    },
    byHand: activeOf(sql`
      SELECT p.user_id FROM purchase_history p WHERE ${inAny} GROUP BY p.user_id
      HAVING sum(p.total_amount) FILTER (WHERE ${unionScopes[0]}) >= ${500}::numeric
          OR count(*) FILTER (WHERE ${unionScopes[1]}) >= ${2}::bigint OR count(*) FILTER (WHERE ${unionScopes[2]}) >= ${10}::bigint`),
    duckdb: duckIn(
      [
        duckGroups(duckDays(90), 'sum(p.total_amount) >= 500'),
        duckGroups(`${duckDays(30)} AND ${duckStores}`, 'count(*) >= 2'),
        duckGroups(`${duckDays(365)} AND p.is_market_store`, 'count(*) >= 10'),
      ].join(' UNION '),
    ),
    c: 'days=90 cents=50000 | days=30 stores=2,8,20 bought=2 | days=365 market bought=10',
  },
} satisfies Record<string, Question>;

export type QuestionName = keyof typeof questions;
export const questionNames = Object.keys(questions) as QuestionName[];

/** The conditions on customers alone that the C scan is given as a file of bytes, one a customer: `customers=0`, `customers=1`. */
export const customerMasks: readonly Sql[] = [prefers({ diet: 'vegan' }), prefers({ vip: true })];
export const activeMask = active;
