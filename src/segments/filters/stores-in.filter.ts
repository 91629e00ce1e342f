import { sql } from '../../common/sql';
import type { ScopeFilter } from './segment-filter';
import { textList } from './value-kind';

export const storesIn = {
  key: 'stores_in',
  asks: 'scope',
  description: 'Only purchases in one of these stores count. The name is compared exactly, letter case included.',
  edges: ['A set that only narrows asks for at least one such purchase.'],
  example: ['Market Hall', 'Old Town'],
  value: textList(1000, 255),
  sql: (stores) => sql`p.store_name = ANY(${stores}::text[])`,
  scan: (stores) => ({ column: 'store_name', in: stores }),
} as const satisfies ScopeFilter<string[]>;
