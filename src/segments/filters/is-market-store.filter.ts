import { sql } from '../../common/sql';
import type { ScopeFilter } from './segment-filter';
import { flag } from './value-kind';

/** A purchase whose is_market_store is NULL is neither: it counts for `true` as little as for `false`. */
export const isMarketStore = {
  key: 'is_market_store',
  asks: 'scope',
  description: 'Only purchases in market stores (true) or in other stores (false) count; unknown ones count for neither.',
  edges: ['A purchase of which it is not known (NULL) is neither.'],
  example: true,
  value: flag(),
  reads: (wanted) => (wanted ? 'in market stores' : 'in stores that are no market stores'),
  sql: (wanted) => sql`p.is_market_store = ${wanted}::boolean`,
  scan: (wanted) => ({ column: 'is_market_store', in: [wanted] }),
} as const satisfies ScopeFilter<boolean>;
