import { sql } from '../../common/sql';
import type { TotalFilter } from './segment-filter';
import { money } from './value-kind';

/**
 * The cast makes it exact where total_amount is double precision in an older install, and is free where it is numeric. A NaN among
 * the amounts makes the sum NaN, which PostgreSQL holds greater than every number: the upper bound keeps it from matching.
 */
export const minTotalSpent = {
  key: 'min_total_spent',
  asks: 'total',
  description: 'The purchases that count add up to at least this amount, compared exactly.',
  example: 100,
  value: money(),
  sql: (amount) => sql`coalesce(sum(p.total_amount::numeric), 0) BETWEEN ${amount}::numeric AND 'Infinity'::numeric`,
  holdsForNone: (amount) => amount <= 0,
} as const satisfies TotalFilter<number>;
