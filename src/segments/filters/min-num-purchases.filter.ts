import { sql } from '../../common/sql';
import { purchases } from './measures';
import type { TotalFilter } from './segment-filter';
import { wholeNumber } from './value-kind';
import { times } from './wording';

export const minNumPurchases = {
  key: 'min_num_purchases',
  asks: 'total',
  measure: purchases,
  description: 'At least this many purchases count. 0 is true of everybody, also of customers who never bought.',
  edges: ['A purchase is a row of `purchase_history`: two rows of one ticket are two.'],
  example: 2,
  value: wholeNumber(0, 1_000_000),
  reads: (count) => `made at least ${times(count, 'purchase')}`,
  sql: (count, measured) => sql`${measured} >= ${count}::bigint`,
  threshold: (count) => sql`${count}::bigint`,
  holdsForNone: (count) => count <= 0,
  holdsForEvery: (count) => count <= 0,
  scan: (count) => ({ measure: 'purchases', from: count }),
} as const satisfies TotalFilter<number>;
