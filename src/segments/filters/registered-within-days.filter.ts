import { sql } from '../../common/sql';
import { DAY } from './scan';
import type { CustomerFilter } from './segment-filter';
import { wholeNumber } from './value-kind';
import { theLastDays } from './wording';

/** Hours, as in last_days. */
export const registeredWithinDays = {
  key: 'registered_within_days',
  asks: 'customer',
  description: 'The customer registered in the last N × 24 hours before `as_of`, both ends included.',
  edges: ['A registration date that is not known (NULL), or lies after `as_of`, is in no window.'],
  example: 30,
  value: wholeNumber(1, 3650),
  reads: (days) => `registered in ${theLastDays(days)}`,
  actual: sql`u.registration_date::timestamptz`,
  sql: (days, asOf) => sql`u.registration_date BETWEEN ${asOf} - make_interval(hours => ${days * 24}::int) AND ${asOf}`,
  scan: (days, asOf) => ({ column: 'registered', from: asOf - days * DAY, to: asOf }),
} as const satisfies CustomerFilter<number>;
