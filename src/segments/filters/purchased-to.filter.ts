import { microsOf } from '../../common/instant';
import { sql } from '../../common/sql';
import type { ScopeFilter } from './segment-filter';
import { instant } from './value-kind';

/** Before, not at: the scan's range includes its end, which is therefore the last microsecond before it. PostgreSQL has none between. */
export const purchasedTo = {
  key: 'purchased_to',
  asks: 'scope',
  description: 'Only purchases before this instant count.',
  edges: [
    'A purchase at the very instant does not count. All of 2026 is `purchased_from` 2026-01-01T00:00:00Z and `purchased_to` 2027-01-01T00:00:00Z.',
    'An instant not after `purchased_from` is accepted, and leaves no purchase.',
  ],
  example: '2026-07-01T00:00:00+02:00',
  value: instant(),
  reads: (to) => `before ${to}`,
  sql: (to) => sql`p.purchase_date < ${to}::timestamptz`,
  scan: (to) => ({ column: 'date', to: microsOf(to) - 1 }),
} as const satisfies ScopeFilter<string>;
