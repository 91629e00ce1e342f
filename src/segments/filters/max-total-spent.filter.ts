import { sql } from '../../common/sql';
import { spent } from './measures';
import type { TotalFilter } from './segment-filter';
import { hundredths, money } from './value-kind';
import { amountOf } from './wording';

/** A NaN among the amounts makes the sum NaN, which PostgreSQL holds greater than every number; -Infinity is kept from matching here. As in min_total_spent. */
export const maxTotalSpent = {
  key: 'max_total_spent',
  asks: 'total',
  measure: spent,
  description:
    'The purchases that count add up to at most this amount, compared exactly. True of customers who bought nothing.',
  edges: [
    'Customers without a purchase that counts spent nothing, which is at most any amount: with `min_num_purchases: 1` they are left out.',
    'A return with a negative amount lowers the sum.',
  ],
  example: 20,
  value: money(),
  reads: (amount) => `spent at most ${amountOf(amount)}`,
  sql: (amount, measured) => sql`${measured} <= ${amount}::numeric AND ${measured} <> '-Infinity'::numeric`,
  threshold: (amount) => sql`${amount}::numeric`,
  holdsForNone: () => true,
  scan: (amount) => ({ measure: 'spent', to: hundredths(amount) }),
} as const satisfies TotalFilter<number>;
