import { sql } from '../../common/sql';
import { average } from './measures';
import type { TotalFilter } from './segment-filter';
import { hundredths, money } from './value-kind';
import { amountOf } from './wording';

/** NaN is more than every number to PostgreSQL and kept out: an amount that is NaN, and no purchase at all. As in min_total_spent. */
export const minAverageSpent = {
  key: 'min_average_spent',
  asks: 'total',
  measure: average,
  description: 'The purchases that count are worth at least this amount on average. False of customers who bought nothing.',
  edges: [
    'There is no average of nothing: for 0, too, it takes a purchase.',
    'It is compared exactly: 10, 10 and 9.99 are less than 10 on average, however many decimals the average has.',
    'A return with a negative amount is a purchase like any other.',
  ],
  example: 25,
  value: money(),
  reads: (amount) => `spent at least ${amountOf(amount)} a purchase on average`,
  sql: (amount, measured) => sql`${measured} >= ${amount}::numeric AND ${measured} <> 'NaN'::numeric`,
  threshold: (amount) => sql`${amount}::numeric`,
  holdsForNone: () => false,
  scan: (amount) => ({ measure: 'average', from: hundredths(amount) }),
} as const satisfies TotalFilter<number>;
