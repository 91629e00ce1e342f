import { sql } from '../../common/sql';
import type { ScopeFilter } from './segment-filter';
import { textList } from './value-kind';

/** The cast lets the column be an enum too; of varchar it costs nothing. */
export const ticketTypesIn = {
  key: 'ticket_types_in',
  asks: 'scope',
  description: 'Only purchases with one of these ticket types count. The type is compared exactly, letter case included.',
  edges: ['A purchase without a ticket type (NULL) is in no list.'],
  example: ['online'],
  value: textList(1000, 500),
  sql: (types) => sql`p.ticket_type::text = ANY(${types}::text[])`,
  scan: (types) => ({ column: 'ticket_type', in: types }),
} as const satisfies ScopeFilter<string[]>;
