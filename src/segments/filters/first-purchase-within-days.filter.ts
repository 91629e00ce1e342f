import { sql } from '../../common/sql';
import { first } from './measures';
import { DAY } from './scan';
import type { TotalFilter } from './segment-filter';
import { wholeNumber } from './value-kind';
import { theLastDays } from './wording';

/** Hours, as in last_days. No purchase in scope is after `as_of`; without one `first` is infinity, which is kept out. */
export const firstPurchaseWithinDays = {
  key: 'first_purchase_within_days',
  asks: 'total',
  measure: first,
  description:
    'The first purchase that counts lies in the last N × 24 hours before `as_of`, both ends included: a new customer.',
  edges: [
    'It looks at the purchases that count: with `stores_in` it is the first in these stores, whatever was bought elsewhere before. With `last_days` it is the first in that window, which is seldom what is meant.',
  ],
  example: 30,
  value: wholeNumber(1, 3650),
  reads: (days) => `made their first purchase that counts in ${theLastDays(days)}`,
  sql: (days, measured, asOf) =>
    sql`${measured} >= ${asOf} - make_interval(hours => ${days * 24}::int) AND ${measured} <> 'infinity'`,
  threshold: (days, asOf) => sql`${asOf} - make_interval(hours => ${days * 24}::int)`,
  holdsForNone: () => false,
  scan: (days, asOf) => ({ measure: 'first', from: asOf - days * DAY, to: asOf }),
} as const satisfies TotalFilter<number>;
