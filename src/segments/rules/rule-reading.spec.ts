import { filterList } from '../filters';
import type { Rule } from './rule';
import { readingOf } from './rule-reading';

it.each<[Rule, string]>([
  [{}, 'All active customers.'],
  [
    { last_days: 90, min_total_spent: 1000, stores_in: ['Forn Vell', 'D"Or'] },
    'Active customers who spent at least 1,000.00 (counting only purchases made in the last 90 days and in "Forn Vell" or "D\\"Or").',
  ],
  [{ last_days: 1 }, 'Active customers who bought something (in the last 24 hours).'],
  [{ stores_in: ['A'], max_num_purchases: 0 }, 'Active customers who bought nothing (counting only purchases made in "A").'],
  [
    { any: [{ roles_in: ['vendor'] }, { not: { all: [{ min_num_purchases: 1 }, {}] } }] },
    'Active customers who fulfil at least one of: (have the role "vendor"), (do not fulfil: (fulfil all of: (made at least 1 purchase), (are active))).',
  ],
  [{ segment_id: 'b2f4' }, 'Active customers who are in the segment b2f4.'],
  [
    { rfm: { window_days: 365, recency: [4, 5], monetary: [5, 5] } },
    'Active customers who score 4 to 5 for recency and 5 for spending among all who bought in the last 365 days.',
  ],
  [
    { stores_in: Array.from({ length: 12 }, (_, i) => `S${i}`) },
    'Active customers who bought something (in "S0", "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", or one of 2 more).',
  ],
])('%j: %s', (rule, reading) => {
  expect(readingOf(rule)).toBe(reading);
});

it('has words for every filter: its value, and no other filter’s', () => {
  const readings = filterList.map(({ key, example }) => readingOf({ [key]: example }));

  expect(new Set(readings).size).toBe(filterList.length);
  for (const reading of readings) expect(reading).toMatch(/^Active customers who [^\n]{8,}\.$/);
});
