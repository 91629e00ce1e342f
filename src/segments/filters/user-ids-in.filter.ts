import { sql } from '../../common/sql';
import type { CustomerFilter } from './segment-filter';
import { uuidList } from './value-kind';
import { times } from './wording';

/** A static list: one array parameter, however long. */
export const userIdsIn = {
  key: 'user_ids_in',
  asks: 'customer',
  description: 'The customer is one of these, by id: a list made elsewhere.',
  edges: [
    'An id that is no customer, or an inactive one, adds nobody: a list never reaches more than active customers.',
    'Letter case does not matter, and an id that stands twice counts once.',
  ],
  example: ['2f1a7c1e-6d0b-4c52-9a4e-0b6f6f1f2a10'],
  value: uuidList(10_000),
  reads: (ids) => `are on a list of ${times(ids.length, 'customer')}`,
  actual: sql`u.id`,
  sql: (ids) => sql`u.id = ANY(${ids}::uuid[])`,
  scan: (ids) => ({ column: 'id', in: ids.map((id) => id.toLowerCase()) }),
} as const satisfies CustomerFilter<string[]>;
