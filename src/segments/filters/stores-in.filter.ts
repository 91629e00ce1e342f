import { sql } from '../../common/sql';
import type { ScopeFilter } from './segment-filter';
import { textList } from './value-kind';
import { oneOf } from './wording';

export const storesIn = {
  key: 'stores_in',
  asks: 'scope',
  description: 'Only purchases in one of these stores count. The name is compared exactly, letter case included.',
  edges: ['A set that only narrows asks for at least one such purchase.'],
  example: ['Market Hall', 'Old Town'],
  value: textList(1000, 255),
  reads: (stores) => `in ${oneOf(stores)}`,
  // Over 10M purchases and the index on store_name 0.5 s, all of them counted; the names alone by a skip scan 2 ms, but in no order. How many customers
  // each has took 15 s: left out. Without the index it is one parallel scan, 1.5 s.
  values: sql`SELECT p.store_name AS value, NULL::bigint AS customers, count(*) AS purchases
FROM purchase_history p WHERE p.store_name <> '' GROUP BY 1 ORDER BY 3 DESC, 1`,
  sql: (stores) => sql`p.store_name = ANY(${stores}::text[])`,
  scan: (stores) => ({ column: 'store_name', in: stores }),
} as const satisfies ScopeFilter<string[]>;
