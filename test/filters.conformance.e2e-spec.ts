import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { instantOf } from '../src/common/instant';
import { join, raw, row, rows, sql } from '../src/common/sql';
import { loadConfig } from '../src/config/config';
import { databaseOptions } from '../src/database/options';
import { filterSetErrors } from '../src/segments/rules/filter-set.dto';
import { filterList, type FilterSet } from '../src/segments/filters';
import { nodesOf, parseRule, type Rule, type RuleNode } from '../src/segments/rules/rule';
import { ruleErrors } from '../src/segments/rules/rule.dto';
import { SegmentQueryBuilder } from '../src/segments/queries/segment-query.builder';
import { TruthQuery } from '../src/segments/queries/truth-query';
import { type FreshDatabase, freshDatabase } from './support/database';
import { NaiveEvaluator } from './support/naive-evaluator';
import { AS_OF, insertFacts, randomFacts } from './support/random-facts';
import { filterValues, randomRule, randomSegments } from './support/random-rules';

/** Random trees; CI has time for some, a release run takes 10,000. */
const RUNS = Number(process.env.CONFORMANCE_RUNS ?? 300);
/** Rules that are asked together. */
const BATCH = 20;
const SEED = 20_261_122;

const facts = randomFacts(2000, SEED);
const values = filterValues(facts.customers.map(({ id }) => id));
const segments = randomSegments(values, SEED);
const rule = randomRule(values, segments);
const judge = new NaiveEvaluator(facts, AS_OF, segments);

const builder = new SegmentQueryBuilder();
const asOf = instantOf(AS_OF);
const parsed = (one: Rule): RuleNode => parseRule(one, (id) => segments[id]);
let db: FreshDatabase;
let database: DataSource;

beforeAll(async () => {
  db = await freshDatabase();
  database = await new DataSource(databaseOptions(db.url, loadConfig({}))).initialize();
  await insertFacts(db, facts);
});
afterAll(async () => {
  await database.destroy();
  await db.drop();
});

/** The customers of each rule, ids in order. Whatever answers rules can be held against the judge by a function like this. */
type Engine = (rules: RuleNode[]) => Promise<string[][]>;

/** One statement for all of them: a round trip takes longer than most rules. */
const postgres: Engine = async (rules) => {
  const each = rules.map(
    (one, i) => sql`SELECT ${raw(String(i))} AS rule, coalesce(array_agg(user_id::text ORDER BY user_id), '{}') AS ids
                      FROM (${builder.audience([one], asOf)}) audience`,
  );
  const found = await rows<{ rule: number; ids: string[] }>(database, join(each, '\nUNION ALL\n'));
  return found.sort((a, b) => a.rule - b.rule).map(({ ids }) => ids);
};

const engines: [string, Engine][] = [['PostgreSQL', postgres]];

describe.each(engines)('in %s rules mean what docs/segments.md says', (_, engine) => {
  it('knows values for every filter there is', () => {
    expect(Object.keys(values)).toEqual(filterList.map(({ key }) => key));
  });

  /** The rules whose customers the engine and the judge see differently. */
  const disputed = async (rules: Rule[]) => {
    const found = await engine(rules.map(parsed));
    return rules
      .map((one, i) => ({ rule: JSON.stringify(one), found: found[i], meant: judge.audience(one) }))
      .filter(({ found, meant }) => found.join() !== meant.join());
  };

  it.each(filterList.map(({ key }) => key as keyof FilterSet))('%s alone', async (key) => {
    const sets = fc
      .sample(values[key] as fc.Arbitrary<unknown>, { numRuns: 3 * BATCH, seed: SEED })
      .map((value) => ({ [key]: value }));
    expect(sets.flatMap(filterSetErrors)).toEqual([]);
    expect(await disputed(sets)).toEqual([]);
  });

  it(
    'in random trees, with references',
    async () => {
      const batch = fc.array(rule, { minLength: BATCH, maxLength: BATCH });
      let somebody = 0;
      await fc.assert(
        fc.asyncProperty(batch, async (rules) => {
          expect(await disputed(rules)).toEqual([]);
          somebody += rules.filter((one) => judge.audience(one).length > 0).length;
        }),
        { numRuns: Math.ceil(RUNS / BATCH), endOnFailure: true }, // to shrink a batch takes longer than to read a rule
      );
      expect(somebody).toBeGreaterThan(RUNS / 3); // the facts are such that rules match some and not others
    },
    30_000 + RUNS * 200,
  );
});

it(
  'unites several rules, and counts and pages the very same customers',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rule, { maxLength: 3 }), fc.integer({ min: 100, max: 900 }), async (several, limit) => {
        const expected = [...new Set(several.flatMap((one) => judge.audience(one)))].sort();
        const nodes = several.map(parsed);
        const { total } = await row<{ total: string }>(database, builder.count(nodes, asOf));
        const paged: string[] = [];
        for (let page = ['']; page.length > 0; paged.push(...page))
          page = (await rows<{ user_id: string }>(database, builder.page(nodes, asOf, limit, paged.at(-1)))).map(
            ({ user_id }) => user_id,
          );
        expect([Number(total), paged]).toEqual([expected.length, expected]);
      }),
      { numRuns: Math.ceil(RUNS / 30), endOnFailure: true },
    );
  },
  30_000 + RUNS * 20,
);

it(
  'counts several rules in one pass, and each the same',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rule, { minLength: 1, maxLength: 5 }), async (several) => {
        const nodes = several.map(parsed);
        const { totals } = await row<{ totals: string[] }>(database, new TruthQuery(nodes, asOf).counts());
        const counted = nodes.map((node) => totals.splice(0, nodesOf(node).length)[0]);
        expect(counted.map(Number)).toEqual(several.map((one) => judge.audience(one).length));
      }),
      { numRuns: Math.ceil(RUNS / 10), endOnFailure: true },
    );
  },
  30_000 + RUNS * 20,
);

it('are such rules as a request may have', () => {
  fc.assert(
    fc.property(rule, (one) => void expect(ruleErrors(one)).toEqual([])),
    { numRuns: 50 },
  );
});
