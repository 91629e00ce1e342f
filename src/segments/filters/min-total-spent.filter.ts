import { sql } from '../../common/sql';
import type { TotalFilter } from './segment-filter';
import { spent } from './measures';
import { hundredths, money } from './value-kind';
import { amountOf } from './wording';

/**
 * A NaN among the amounts makes the sum NaN, which PostgreSQL holds greater than every number: it is kept from matching. Not by an upper
 * bound: the planner takes two bounds for a narrow range, expects one customer in 200, and nests loops over thousands.
 */
export const minTotalSpent = {
  key: 'min_total_spent',
  asks: 'total',
  measure: spent,
  description: 'The purchases that count add up to at least this amount, compared exactly.',
  edges: [
    'A return with a negative amount lowers the sum.',
    '0 asks nothing of a customer without a purchase: nothing was spent, which is at least 0.',
  ],
  example: 100,
  value: money(),
  reads: (amount) => `spent at least ${amountOf(amount)}`,
  sql: (amount, measured) => sql`${measured} >= ${amount}::numeric AND ${measured} <> 'NaN'::numeric`,
  threshold: (amount) => sql`${amount}::numeric`,
  holdsForNone: (amount) => amount <= 0,
  holdsForEvery: (amount) => amount <= 0,
  scan: (amount) => ({ measure: 'spent', from: hundredths(amount) }),
} as const satisfies TotalFilter<number>;
