import { sql } from '../../common/sql';
import { preferenceValues } from './preferences-contains.values';
import type { CustomerFilter } from './segment-filter';
import { jsonObject } from './value-kind';

/**
 * `@>` of PostgreSQL: every key and value given stands in the preferences, at the same depth; arrays contain in any order.
 * https://www.postgresql.org/docs/current/datatype-json.html#JSON-CONTAINMENT
 * NULL preferences contain nothing but {}. Everywhere else `u.preferences` stands bare, so that a GIN index on it can serve.
 */
export const preferencesContains = {
  key: 'preferences_contains',
  asks: 'customer',
  description: "The customer's preferences contain this JSON object (PostgreSQL's `@>`).",
  edges: [
    'Arrays contain in any order: `{"likes": ["tea"]}` is found in `{"likes": ["milk", "tea"]}`.',
    '`{}` asks nothing; preferences that are NULL contain nothing else.',
    'Offered are values that at least five active customers share: one that fewer have, such as an address, may say who they are.',
  ],
  example: { diet: 'vegan' },
  value: jsonObject(),
  reads: (wanted) => `have preferences that contain ${JSON.stringify(wanted)}`,
  actual: sql`u.preferences`,
  values: preferenceValues,
  sql: (wanted) =>
    Object.keys(wanted).length === 0
      ? sql`coalesce(u.preferences, '{}') @> '{}'`
      : sql`u.preferences @> ${JSON.stringify(wanted)}::jsonb`,
  holdsForAll: (wanted) => Object.keys(wanted).length === 0,
  scan: (wanted) => ({ column: 'preferences', contains: wanted }),
} as const satisfies CustomerFilter<Record<string, unknown>>;
