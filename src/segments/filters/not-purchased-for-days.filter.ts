import { sql } from '../../common/sql';
import { last } from './measures';
import { DAY } from './scan';
import type { TotalFilter } from './segment-filter';
import { wholeNumber } from './value-kind';
import { theLastDays } from './wording';

/** The complement of the window of last_days, which includes both ends: so the last purchase lies strictly before it. */
export const notPurchasedForDays = {
  key: 'not_purchased_for_days',
  asks: 'total',
  measure: last,
  description:
    'None of the purchases that count lies in the last N × 24 hours before `as_of`. True of customers who bought nothing.',
  edges: [
    'Exactly N × 24 hours ago is within: it is the opposite of `last_days: N` for the same other filters.',
    'Customers who never bought hold too: with `min_num_purchases: 1` they are left out, and it means "has lapsed".',
  ],
  example: 90,
  value: wholeNumber(1, 3650),
  reads: (days) => `made none of the purchases that count in ${theLastDays(days)}`,
  sql: (days, measured, asOf) => sql`${measured} < ${asOf} - make_interval(hours => ${days * 24}::int)`,
  threshold: (days, asOf) => sql`${asOf} - make_interval(hours => ${days * 24}::int)`,
  holdsForNone: () => true,
  scan: (days, asOf) => ({ measure: 'last', to: asOf - days * DAY - 1 }),
} as const satisfies TotalFilter<number>;
