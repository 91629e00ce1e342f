import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { instantOf } from '../src/common/instant';
import { row, rows, sql } from '../src/common/sql';
import { explainQuery, type ExplainRow } from '../src/segments/queries/explain-query';
import { explanation } from '../src/segments/insight/explanation';
import { parseRule, type Rule } from '../src/segments/rules/rule';
import { SegmentQueryBuilder } from '../src/segments/queries/segment-query.builder';
import { startApp, type TestApp } from './support/app';
import { refusalFault } from './support/refusal';
import { AS_OF, insertFacts, randomFacts } from './support/random-facts';
import { filterValues, randomRule, randomSegments } from './support/random-rules';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());

const NOW = '2026-03-01T12:00:00Z';
const ANA = '00000000-0000-4000-8000-00000000000a';
const UNKNOWN = '6d9f2c1e-4a5b-4c3d-8e7f-9a0b1c2d3e4f';

interface Node {
  pointer: string;
  holds: boolean;
  parts: Node[];
  filters?: { filter: string; holds: boolean | null; actual?: unknown; threshold?: unknown; off_by?: number | null }[];
  [more: string]: unknown;
}
const explain = async (
  filters: Rule,
  customer = ANA,
  as_of = NOW,
): Promise<{ member: boolean; is_active: boolean; rule: Node }> => {
  const { id } = await app.make.segment(filters);
  return (await app.api.get(`/segments/${id}/explain/${customer}`).query({ as_of }).expect(200)).body;
};

describe('why Ana is in, or not', () => {
  beforeAll(async () => {
    await app.make.customer(
      { id: ANA, preferences: { diet: 'vegan' }, role: 'vendor', registration_date: '2026-01-01T12:00:00Z' },
      { purchase_date: '2026-02-01T12:00:00Z', total_amount: 60.1, store_name: 'Mercat', is_market_store: true, ticket_type: 'paper', products: [{ name: 'tea' }] }, // prettier-ignore
      { purchase_date: '2026-02-19T12:00:00Z', total_amount: 20, store_name: 'Old Town', is_market_store: null },
      { purchase_date: '2026-05-01T12:00:00Z', total_amount: 500 }, // later than all of this
    );
  });

  const cases: [filters: object, member: boolean, answer: object][] = [
    [{ min_total_spent: 100 }, false, { holds: false, actual: 80.1, threshold: 100, off_by: 19.9 }],
    [{ min_total_spent: 80.1 }, true, { holds: true, actual: 80.1, threshold: 80.1, off_by: 0 }],
    [{ max_total_spent: 80.09 }, false, { holds: false, actual: 80.1, threshold: 80.09, off_by: 0.01 }],
    [{ min_num_purchases: 5 }, false, { holds: false, actual: 2, threshold: 5, off_by: 3 }],
    [{ max_num_purchases: 0 }, false, { holds: false, actual: 2, threshold: 0, off_by: 2 }],
    [{ min_average_spent: 50 }, false, { holds: false, actual: 40.05, threshold: 50, off_by: 9.95 }],
    [{ first_purchase_within_days: 27 }, false, { holds: false, threshold: '2026-02-02T12:00:00+00:00', off_by: 1 }],
    [{ not_purchased_for_days: 10 }, false, { holds: false, actual: '2026-02-19T12:00:00+00:00', off_by: 0.01 }],
    [{ not_purchased_for_days: 9 }, true, { holds: true, off_by: 0 }],
    [{ not_purchased_for_days: 12 }, false, { holds: false, off_by: 2 }],
    [{ preferences_contains: { diet: 'none' } }, false, { holds: false, actual: { diet: 'vegan' } }],
    [{ inferred_preferences_contain: { likes: ['tea'] } }, false, { holds: false, actual: null }],
    [{ registered_within_days: 59 }, true, { holds: true, actual: '2026-01-01T12:00:00+00:00' }],
    [{ roles_in: ['admin'] }, false, { holds: false, actual: 'vendor' }],
    [{ user_ids_in: [ANA] }, true, { holds: true, actual: ANA }],
    [{ rfm: { window_days: 365, frequency: [1, 5] } }, true, { holds: true, actual: { frequency: 2, scores: { frequency: expect.any(Number) } } }], // prettier-ignore
    [{ rfm: { window_days: 1, frequency: [1, 5] } }, false, { holds: false, actual: null }],
    [{ last_days: 10 }, true, { holds: null }],
    [{ purchased_from: '2026-02-02T00:00:00Z' }, true, { holds: null }],
    [{ purchased_to: '2026-02-01T12:00:00Z' }, false, { holds: null }],
    [{ stores_in: ['Nowhere'] }, false, { holds: null }],
    [{ is_market_store: false }, false, { holds: null }],
    [{ ticket_types_in: ['paper'] }, true, { holds: null }],
    [{ products_contain: [{ name: 'tea' }] }, true, { holds: null }],
  ];
  it.each(cases)('%j', async (filters, member, answer) => {
    const { rule, ...verdict } = await explain(filters);
    expect(verdict).toMatchObject({ member, is_active: true });
    expect(rule).toMatchObject({ pointer: '', type: 'filters', holds: member, parts: [] });
    const [[filter, asked]] = Object.entries(filters);
    expect(rule.filters).toEqual([expect.objectContaining({ filter, asked })]);
    expect(rule.filters).toMatchObject([answer]);
  });

  it('shows the purchases that count, the newest twenty, and no others', async () => {
    const { rule } = await explain({ stores_in: ['Mercat', 'Old Town'], min_num_purchases: 1 });
    expect(rule).toMatchObject({
      purchases: 2,
      spent: 80.1,
      newest_purchases: [
        { store_name: 'Old Town', total_amount: 20 },
        { store_name: 'Mercat', total_amount: 60.1 },
      ],
    });

    const dates = Array.from({ length: 25 }, (_, i) => ({ purchase_date: `2026-01-${10 + Math.floor(i / 2)}T10:00:00Z` }));
    const often = await app.make.customer({}, ...dates);
    const shown = (await explain({ min_num_purchases: 1 }, often.id)).rule.newest_purchases as { id: string; purchase_date: string }[]; // prettier-ignore
    const newest = await app.db.query<{ id: string }>(
      'SELECT id FROM purchase_history WHERE user_id = $1 ORDER BY purchase_date DESC, id LIMIT 20',
      [often.id],
    );
    expect(shown.map(({ id }) => id)).toEqual(newest.map(({ id }) => id)); // those of one instant in the order of their ids
  });

  it('of who never bought says so, without an amount or an instant that is none', async () => {
    const never = await app.make.customer({ preferences: null });
    const filters: Rule = {
      first_purchase_within_days: 3,
      not_purchased_for_days: 3,
      min_average_spent: 1,
      min_total_spent: 1,
    };
    const { rule } = await explain(filters, never.id);
    expect(rule).toMatchObject({ holds: false, purchases: 0, spent: 0, newest_purchases: [] });
    const answers = Object.fromEntries(rule.filters!.map(({ filter, ...rest }) => [filter, rest]));
    expect(answers).toMatchObject({
      first_purchase_within_days: { holds: false, actual: null, off_by: null },
      not_purchased_for_days: { holds: true, actual: null, off_by: 0 },
      min_average_spent: { holds: false, actual: null, off_by: null },
      min_total_spent: { holds: false, actual: 0, off_by: 1 },
    });
  });

  it('walks the tree, and what it refers to', async () => {
    const inner = await app.make.segment({ any: [{ min_total_spent: 1000 }, { stores_in: ['Mercat'] }] });
    const { rule, member } = await explain({ all: [{ not: { last_days: 1 } }, { segment_id: inner.id }, {}] });
    expect(member).toBe(true);
    const flat = (node: Node): [string, boolean][] => [[node.pointer, node.holds], ...node.parts.flatMap(flat)];
    expect(flat(rule)).toEqual([
      ['', true],
      ['/all/0', true],
      ['/all/0/not', false],
      ['/all/1', true],
      ['/all/1/segment_id', true],
      ['/all/1/segment_id/any/0', false],
      ['/all/1/segment_id/any/1', true],
      ['/all/2', true],
    ]);
    expect(rule.parts[1]).toMatchObject({ type: 'segment', segment_id: inner.id });
  });

  it('of an inactive customer is that, whatever the rule says; of none at all is a 404', async () => {
    const gone = await app.make.customer({ is_active: false });
    expect(await explain({}, gone.id)).toMatchObject({ member: false, is_active: false, rule: { holds: true } });
    const unsaid = await app.make.customer({ is_active: null });
    expect(await explain({}, unsaid.id)).toMatchObject({ member: true, is_active: true });
    const { id } = await app.make.segment({});
    const unknown = await app.api.get(`/segments/${id}/explain/${UNKNOWN}`);
    expect(refusalFault(unknown, { status: 404, type: 'customer-not-found' })).toBeUndefined();
    const nowhere = await app.api.get(`/segments/${UNKNOWN}/explain/${ANA}`);
    expect(refusalFault(nowhere, { status: 404, type: 'segment-not-found' })).toBeUndefined();
  });
});

describe('of random rules and customers', () => {
  const facts = randomFacts(400, 7);
  const values = filterValues(facts.customers.map(({ id }) => id));
  const segments = randomSegments(values, 7);
  const asOf = instantOf(AS_OF);
  const parsed = (rule: Rule) => parseRule(rule, (id) => segments[id]);
  let database: DataSource;
  beforeAll(async () => {
    database = app.nest.get(DataSource);
    await insertFacts(app.db, facts);
  });

  it('the verdict is membership', async () => {
    const builder = new SegmentQueryBuilder();
    const verdicts = { true: 0, false: 0 };
    await fc.assert(
      fc.asyncProperty(
        randomRule(values, segments),
        fc.array(fc.constantFrom(...facts.customers), { minLength: 8, maxLength: 8 }),
        async (rule, customers) => {
          const tree = parsed(rule);
          const ids = await rows<{ user_id: string }>(database, builder.audience([tree], asOf));
          const members = new Set(ids.map(({ user_id }) => user_id));
          for (const { id } of customers) {
            const found = await row<ExplainRow>(database, explainQuery(tree, id, asOf));
            const member = found.active && explanation(tree, found).holds;
            expect([JSON.stringify(rule), id, member]).toEqual([JSON.stringify(rule), id, members.has(id)]);
            verdicts[`${member}`]++;
          }
        },
      ),
      { numRuns: 150, endOnFailure: true },
    );
    expect(Math.min(verdicts.true, verdicts.false)).toBeGreaterThan(100);
  }, 120_000);

  it('reads the purchases of that customer alone', async () => {
    const tree = parsed({ any: [{ last_days: 30, min_total_spent: 5 }, { not: { stores_in: ['Mercat'] } }] });
    const plan = await rows<{ 'QUERY PLAN': string }>(
      database,
      sql`EXPLAIN ${explainQuery(tree, facts.customers[0].id, asOf)}`,
    );
    const text = plan.map((line) => line['QUERY PLAN']).join('\n');
    expect(text).toMatch(/Index Cond: \(?\(user_id = /);
    expect(text).not.toMatch(/Seq Scan on purchase_history/);
  });
});

it('gives every instant its zone, also where the tables have none', async () => {
  const zoneless = await startApp();
  try {
    await zoneless.db.query('ALTER TABLE purchase_history ALTER purchase_date TYPE timestamp');
    const { id } = await zoneless.make.customer({}, { days_ago: 2 });
    const segment = await zoneless.make.segment({ not_purchased_for_days: 30 });
    const { body } = await zoneless.api.get(`/segments/${segment.id}/explain/${id}`).expect(200);
    const [{ actual }] = body.rule.filters;
    for (const instant of [actual, body.rule.newest_purchases[0].purchase_date])
      expect(instant).toMatch(/(Z|[+-]\d\d:\d\d)$/);
  } finally {
    await zoneless.close();
  }
});
