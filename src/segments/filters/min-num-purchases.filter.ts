import { sql } from '../../common/sql';
import type { TotalFilter } from './segment-filter';
import { wholeNumber } from './value-kind';

export const minNumPurchases = {
  key: 'min_num_purchases',
  asks: 'total',
  description: 'At least this many purchases count. 0 is true of everybody, also of customers who never bought.',
  example: 2,
  value: wholeNumber(0, 1_000_000),
  sql: (purchases) => sql`count(*) >= ${purchases}::bigint`,
  holdsForNone: (purchases) => purchases <= 0,
} as const satisfies TotalFilter<number>;
