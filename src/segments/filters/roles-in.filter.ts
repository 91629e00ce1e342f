import { sql } from '../../common/sql';
import type { CustomerFilter } from './segment-filter';
import { textList } from './value-kind';

/** The cast lets the column be an enum too; of varchar it costs nothing. */
export const rolesIn = {
  key: 'roles_in',
  asks: 'customer',
  description: "The customer's role is one of these, such as user, vendor or admin; compared exactly, letter case included.",
  edges: [
    'A customer without a role (NULL) is in no list.',
    'Without this filter every role counts, vendors and admins too.',
  ],
  example: ['user'],
  value: textList(20, 20),
  actual: sql`u.role`,
  sql: (roles) => sql`u.role::text = ANY(${roles}::text[])`,
  scan: (roles) => ({ column: 'role', in: roles }),
} as const satisfies CustomerFilter<string[]>;
