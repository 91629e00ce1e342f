import { MAX_VALUE_LENGTH } from '../common/message-template';
import { sql, type Sql } from '../common/sql';

/** A customer and what was asked of him: `values` has what is text, number or yes and no, as text, by the name of its field. */
export interface CustomerValuesRow {
  user_id: string;
  email: string | null;
  values: Record<string, string>;
}

/**
 * Values of customers by their ids, for the fields each is asked for; a customer that is not there has no row. Values are cut here, so
 * that a page takes little memory whatever is kept in preferences. One lookup by primary key a customer.
 *
 * `email` is read only where it is asked for, and is NULL in an installation without that column: the name then means that of `no_column`.
 */
export function selectCustomerValues(fieldsByCustomer: ReadonlyMap<string, Iterable<string>>): Sql {
  const asked = [...fieldsByCustomer].map(([userId, fields]) => [userId, [...fields]] as const);
  const asksEmail = asked.some(([, fields]) => fields.includes('email'));
  const ofPreferences = asked.map(([userId, fields]) => [userId, fields.filter((field) => field !== 'email')]);
  return sql`
    SELECT u.id AS user_id, u.email, coalesce(p.values, '{}') AS values
    FROM (SELECT NULL::text AS email) no_column
    CROSS JOIN LATERAL (
      SELECT id, preferences, ${asksEmail ? sql`left(email::text, ${MAX_VALUE_LENGTH})` : sql`NULL`} AS email
      FROM users WHERE id = ANY (${asked.map(([userId]) => userId)}::uuid[])
    ) u
    CROSS JOIN LATERAL (
      SELECT jsonb_object_agg(field, left(u.preferences #>> string_to_array(${keys}, '.'), ${MAX_VALUE_LENGTH})) AS values
      FROM jsonb_array_elements_text(${JSON.stringify(Object.fromEntries(ofPreferences))}::jsonb -> u.id::text) AS asked (field)
      WHERE jsonb_path_exists(u.preferences, ${insertable}, silent => true)
    ) p`;
}

/** preferences.address.city → address.city. What a template may name has nothing in it that would have to be escaped in a path. */
const keys = sql`substr(field, length('preferences.') + 1)`;

/** Where there is a text, a number or yes and no under these keys. Strict, so that it does not look into lists. */
const insertable = sql`('strict $."' || replace(${keys}, '.', '"."')
  || '" ? (@.type() == "string" || @.type() == "number" || @.type() == "boolean")')::jsonpath`;
