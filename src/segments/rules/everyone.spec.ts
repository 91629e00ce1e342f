import { givesEveryone } from './everyone';
import type { Rule } from './rule';

const GOOD = { last_days: 90, min_total_spent: 100 };
const CROSSED = { min_num_purchases: 5, max_num_purchases: 4 };

it.each<[Rule]>([
  [{}],
  [{ min_num_purchases: 0 }],
  [{ last_days: 30, min_total_spent: 0 }],
  [{ any: [GOOD, {}] }],
  [{ all: [{}, { any: [{ roles_in: ['user'] }, { preferences_contains: {} }] }] }],
  [{ not: CROSSED }],
  [{ not: { all: [GOOD, CROSSED] } }],
  [{ not: { last_days: 7, max_num_purchases: 0, min_total_spent: 1 } }],
  [{ not: { purchased_from: '2026-01-02T00:00:00Z', purchased_to: '2026-01-01T00:00:00Z' } }],
  [{ not: { last_days: 30, not_purchased_for_days: 30, min_num_purchases: 1 } }],
  [{ any: [GOOD, { not: { min_total_spent: 100, last_days: 90 } }] }],
  [{ not: { all: [GOOD, { not: GOOD }] } }],
  [{ not: { not: {} } }],
])('%j is everybody', (rule) => {
  expect(givesEveryone(rule)).toBe(true);
});

it.each<[Rule]>([
  [{ last_days: 3650 }],
  [{ not: { min_total_spent: 1 } }],
  [{ not: { last_days: 7, max_num_purchases: 0 } }],
  [{ any: [GOOD, { not: { min_total_spent: 100 } }] }],
  [{ all: [GOOD, {}] }],
  [{ any: [GOOD] }],
  [{ not: { purchased_from: '2026-01-01T00:00:00.000001Z', purchased_to: '2026-01-01T00:00:00.000002Z' } }],
  [{ not: { min_total_spent: 5, max_total_spent: 5 } }],
  [{ any: [{ segment_id: '2f1a7c1e-6d0b-4c52-9a4e-0b6f6f1f2a10' }] }],
])('%j is not', (rule) => {
  expect(givesEveryone(rule)).toBe(false);
});
