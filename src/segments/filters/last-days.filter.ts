import { sql } from '../../common/sql';
import { DAY } from './scan';
import type { ScopeFilter } from './segment-filter';
import { wholeNumber } from './value-kind';
import { theLastDays } from './wording';

/** Hours, not days: a day is 24 hours here, whatever the clocks of any time zone do. Both ends belong to the window. */
export const lastDays = {
  key: 'last_days',
  asks: 'scope',
  description: 'Only purchases of the last N × 24 hours before `as_of` count, both ends included.',
  edges: ['Purchases after `as_of` never count, with or without it.', 'A day is 24 hours, also where clocks change.'],
  example: 90,
  value: wholeNumber(1, 3650),
  reads: (days) => `in ${theLastDays(days)}`,
  sql: (days, asOf) => sql`p.purchase_date >= ${asOf} - make_interval(hours => ${days * 24}::int)`,
  scan: (days, asOf) => ({ column: 'date', from: asOf - days * DAY }),
} as const satisfies ScopeFilter<number>;
