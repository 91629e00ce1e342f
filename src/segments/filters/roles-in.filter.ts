import { sql } from '../../common/sql';
import type { CustomerFilter } from './segment-filter';
import { textList } from './value-kind';
import { oneOf } from './wording';

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
  reads: (roles) => `have the role ${oneOf(roles)}`,
  actual: sql`u.role`,
  values: sql`SELECT u.role::text AS value, count(*) AS customers, NULL::bigint AS purchases
FROM users u WHERE u.role::text <> '' AND u.is_active IS NOT FALSE GROUP BY 1 ORDER BY 2 DESC, 1`, // 0.2 s over 1M customers
  sql: (roles) => sql`u.role::text = ANY(${roles}::text[])`,
  scan: (roles) => ({ column: 'role', in: roles }),
} as const satisfies CustomerFilter<string[]>;
