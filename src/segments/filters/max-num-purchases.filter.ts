import { sql } from '../../common/sql';
import { purchases } from './measures';
import type { TotalFilter } from './segment-filter';
import { wholeNumber } from './value-kind';
import { times } from './wording';

export const maxNumPurchases = {
  key: 'max_num_purchases',
  asks: 'total',
  measure: purchases,
  description: 'At most this many purchases count; 0 is none at all. True of customers who bought nothing.',
  edges: [
    '0 alone is "never bought"; with `last_days: 90`, "nothing in the last 90 days"; with `stores_in`, "never in these stores".',
    'A purchase after `as_of` does not count: who will only buy tomorrow has not bought.',
  ],
  example: 0,
  value: wholeNumber(0, 1_000_000),
  reads: (count) => (count === 0 ? 'bought nothing' : `made at most ${times(count, 'purchase')}`),
  sql: (count, measured) => sql`${measured} <= ${count}::bigint`,
  threshold: (count) => sql`${count}::bigint`,
  holdsForNone: () => true,
  scan: (count) => ({ measure: 'purchases', to: count }),
} as const satisfies TotalFilter<number>;
