import { microsOf } from '../../common/instant';
import { sql } from '../../common/sql';
import type { ScopeFilter } from './segment-filter';
import { instant } from './value-kind';

export const purchasedFrom = {
  key: 'purchased_from',
  asks: 'scope',
  description: 'Only purchases at or after this instant count.',
  edges: [
    'With `purchased_to` it is half-open: a purchase at the very instant counts for `purchased_from` and not for `purchased_to`, so that neighbouring periods share none.',
    'Purchases after `as_of` never count: an instant after it leaves none.',
  ],
  example: '2026-01-01T00:00:00Z',
  value: instant(),
  reads: (from) => `at or after ${from}`,
  sql: (from) => sql`p.purchase_date >= ${from}::timestamptz`,
  scan: (from) => ({ column: 'date', from: microsOf(from) }),
} as const satisfies ScopeFilter<string>;
