import { sql } from '../../common/sql';
import type { ScopeFilter } from './segment-filter';
import { jsonContainer } from './value-kind';

/** `@>` of PostgreSQL, on each purchase alone. It has no scan: products are too many and too varied to keep in memory. */
export const productsContain = {
  key: 'products_contain',
  asks: 'scope',
  description: "Only purchases whose products contain this JSON array or object count (PostgreSQL's `@>`).",
  edges: [
    '`products` is a list as a rule, and a list is asked with a list: `[{"name": "tea"}]` is contained in `[{"name": "milk"}, {"name": "tea", "price": 2}]`; the object `{"name": "tea"}` is not.',
    'Every element given must be in the same purchase; two purchases with one each do not count.',
    'Products that are NULL contain nothing.',
  ],
  example: [{ name: 'tea' }],
  value: jsonContainer(),
  reads: (wanted) => `with products that contain ${JSON.stringify(wanted)}`,
  sql: (wanted) => sql`p.products @> ${JSON.stringify(wanted)}::jsonb`,
} as const satisfies ScopeFilter<unknown[] | Record<string, unknown>>;
