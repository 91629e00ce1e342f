import { sql } from '../../common/sql';
import type { ScopeFilter } from './segment-filter';
import { textList } from './value-kind';
import { oneOf } from './wording';

/** The cast lets the column be an enum too; of varchar it costs nothing. */
export const ticketTypesIn = {
  key: 'ticket_types_in',
  asks: 'scope',
  description: 'Only purchases with one of these ticket types count. The type is compared exactly, letter case included.',
  edges: ['A purchase without a ticket type (NULL) is in no list.'],
  example: ['online'],
  value: textList(1000, 500),
  reads: (types) => `with the ticket type ${oneOf(types)}`,
  // 1.5 s over 10M purchases: no index has the type, so the table is read.
  values: sql`SELECT p.ticket_type::text AS value, NULL::bigint AS customers, count(*) AS purchases
FROM purchase_history p WHERE p.ticket_type::text <> '' GROUP BY 1 ORDER BY 3 DESC, 1`,
  sql: (types) => sql`p.ticket_type::text = ANY(${types}::text[])`,
  scan: (types) => ({ column: 'ticket_type', in: types }),
} as const satisfies ScopeFilter<string[]>;
