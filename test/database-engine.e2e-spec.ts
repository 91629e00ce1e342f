import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { instantOf } from '../src/common/instant';
import { Measures } from '../src/common/measures';
import { loadConfig } from '../src/config/config';
import { databaseOptions } from '../src/database/options';
import { Readers } from '../src/database/readers';
import { DatabaseEngine } from '../src/segments/engines/database.engine';
import { nodesOf, parseRule, type Rule, type RuleNode } from '../src/segments/rules/rule';
import { SegmentQueryBuilder } from '../src/segments/queries/segment-query.builder';
import { type FreshDatabase, freshDatabase } from './support/database';
import { NaiveEvaluator } from './support/naive-evaluator';
import { AS_OF, insertFacts, randomFacts } from './support/random-facts';
import { filterValues, randomRule, randomSegments } from './support/random-rules';

const SEED = 41;
const facts = randomFacts(500, SEED);
const values = filterValues(facts.customers.map(({ id }) => id));
const segments = randomSegments(values, SEED);
const judge = new NaiveEvaluator(facts, AS_OF, segments);
const asOf = instantOf(AS_OF);
const active = facts.customers.filter(({ is_active }) => is_active !== false).length;

let db: FreshDatabase;
let database: DataSource;
let engine: DatabaseEngine;
beforeAll(async () => {
  db = await freshDatabase();
  database = await new DataSource(
    databaseOptions(db.url, { ...loadConfig({}), STATEMENT_TIMEOUT_SECONDS: 30 }),
  ).initialize();
  engine = new DatabaseEngine(new Readers(database, loadConfig({}), new Measures()), new SegmentQueryBuilder());
  await insertFacts(db, facts);
});
afterAll(async () => {
  await database.destroy();
  await db.drop();
});

const parsed = (rule: Rule): RuleNode => parseRule(rule, (id) => segments[id]);
/** A node as somebody would have written it, without what it refers to. */
function ruleOf(node: RuleNode): Rule {
  if (node.type === 'filters') return node.filters;
  if (node.type === 'segment') return ruleOf(node.parts[0]);
  if (node.type === 'not') return { not: ruleOf(node.parts[0]) };
  const parts = node.parts.map(ruleOf);
  return node.type === 'all' ? { all: parts } : { any: parts };
}

const rule = randomRule(values, segments);

it('counts every node of several rules in one pass, as each alone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(rule, { minLength: 1, maxLength: 6 }), async (rules) => {
      const trees = rules.map(parsed);
      const { totals, activeCustomers, asOf: readAt } = await engine.count(trees, asOf);
      expect(totals).toEqual(trees.map((tree) => nodesOf(tree).map((node) => judge.audience(ruleOf(node)).length)));
      expect([activeCustomers, readAt]).toEqual([active, asOf]);
    }),
    { numRuns: 60, endOnFailure: true },
  );
}, 120_000);

it('lays rules over each other as sets do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(rule, { minLength: 2, maxLength: 8 }), async (rules) => {
      const sets = rules.map((one) => new Set(judge.audience(one)));
      const expected = new Map<number, number>();
      for (const { id } of facts.customers) {
        const mask = sets.reduce((bits, set, i) => bits | (set.has(id) ? 1 << i : 0), 0);
        if (mask > 0) expected.set(mask, (expected.get(mask) ?? 0) + 1);
      }
      const { byMask, activeCustomers } = await engine.overlap(rules.map(parsed), asOf);
      expect([...byMask].sort()).toEqual([...expected].sort());
      expect(activeCustomers).toBe(active);
    }),
    { numRuns: 40, endOnFailure: true },
  );
}, 120_000);

it('reads more rules than one statement has room for at one instant', async () => {
  const rules = Array.from({ length: 700 }, (_, i): Rule => ({
    any: [
      { last_days: (i % 365) + 1, min_num_purchases: (i % 7) + 1 },
      { min_total_spent: i },
      { max_num_purchases: i % 3 },
    ],
  }));
  const { totals } = await engine.count(rules.map(parsed), undefined);
  expect(totals).toHaveLength(700);
  const again = await engine.count(rules.slice(690).map(parsed), undefined);
  expect(totals.slice(690)).toEqual(again.totals);
  expect(await engine.count([], asOf)).toMatchObject({ totals: [], activeCustomers: active });
}, 60_000);
