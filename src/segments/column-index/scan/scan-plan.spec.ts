import { DAY } from '../../filters/scan';
import { parseRule, type Rule } from '../../rules/rule';
import { scanPlan } from './scan-plan';

const AS_OF = 1_000_000 * DAY;
const plan = (...rules: Rule[]) =>
  scanPlan(
    rules.map((rule) => parseRule(rule, () => ({ last_days: 30 }))),
    AS_OF,
  );

it('asks what several rules have in common once', () => {
  const found = plan(
    { all: [{ last_days: 30 }, { last_days: 30, min_total_spent: 5 }] },
    { segment_id: '5e900000-0000-4000-8000-000000000000' },
    { not: { last_days: 30 } },
  )!;
  expect(found.scopes).toEqual([{ from: AS_OF - 30 * DAY, to: AS_OF, labels: [] }]);
  expect(found.leaves).toHaveLength(2);
  expect(found.rules).toEqual([
    [2, 0, 1],
    [0, 0],
    [3, 0],
  ]);
  expect(found.nodes[2]).toEqual({ op: 'all', parts: [0, 1] });
});

it('does not take for equal what is not', () => {
  const contains = (value: unknown): Rule => ({ preferences_contains: { a: value } });
  const found = plan(contains(1), contains('1'), contains('Infinity'), contains([1]), contains({}), contains(null))!;
  expect(found.leaves).toHaveLength(6);
});

it('narrows a scope by all that is said of it, and says what it looks at', () => {
  const found = plan({
    last_days: 30,
    purchased_from: '2026-01-01T00:00:00Z',
    stores_in: ['A'],
    max_total_spent: 3,
    roles_in: ['user'],
  })!;
  expect(found.scopes).toEqual([{ from: AS_OF - 30 * DAY, to: AS_OF, labels: [{ column: 'store_name', in: ['A'] }] }]);
  expect([...found.columns].sort()).toEqual(['amount', 'role', 'store_name']);
  expect([found.from, plan({ roles_in: ['user'] })!.from, plan({ max_num_purchases: 0 })!.from]).toEqual([
    AS_OF - 30 * DAY,
    Infinity,
    -Infinity,
  ]);
});

it('is no plan where a filter has no scan', () => {
  expect(plan({ any: [{ last_days: 30 }, { not: { products_contain: [{ name: 'tea' }] } }] })).toBeUndefined();
});
