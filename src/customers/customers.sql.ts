import { isUUID } from 'class-validator';
import { empty, sql, type Sql } from '../common/sql';

/**
 * What is read of others' two tables to show one customer, or a page of them. A column that an installation does not have is NULL: inside a
 * LATERAL its name then means that of `no_column`.
 */

export interface CustomerRow {
  id: string;
  email: string;
  is_active: boolean;
  role: string | null;
  registration_date: Date | null;
}

const customerColumns = sql`id, coalesce(email::text, '') AS email, is_active IS NOT FALSE AS is_active, role::text AS role,
  CASE WHEN isfinite(registration_date::timestamptz) THEN registration_date::timestamptz END AS registration_date, preferences`;

const noCustomerColumn = sql`(SELECT NULL::text AS email, NULL::text AS role, NULL::timestamptz AS registration_date) no_column`;

/**
 * One page, by id. Who is looked for by an address is found first (OFFSET 0 keeps it so), by an index on lower(email) text_pattern_ops or by
 * reading all customers: 0.7 s for a million. In the order of ids they would be read one by one until a page is full: 11 s for a rare address.
 */
export const selectCustomers = (search: string | undefined, limit: number, after?: string): Sql => sql`
  SELECT c.id, c.email, c.is_active, c.role, c.registration_date FROM ${noCustomerColumn} CROSS JOIN LATERAL (
    SELECT ${customerColumns} FROM (SELECT * FROM users WHERE ${matches(search)} ${isAddress(search) ? sql`OFFSET 0` : empty}) found
    WHERE ${after === undefined ? sql`true` : sql`id > ${after}::uuid`}
    ORDER BY id LIMIT ${limit}
  ) c ORDER BY c.id`;

export const countCustomers = (search: string | undefined): Sql => sql`
  SELECT c.total FROM ${noCustomerColumn} CROSS JOIN LATERAL (SELECT count(*) AS total FROM users WHERE ${matches(search)}) c`;

const isAddress = (search: string | undefined): search is string => search !== undefined && !isUUID(search, 'loose');

function matches(search: string | undefined): Sql {
  if (search === undefined) return sql`true`;
  if (!isAddress(search)) return sql`id = ${search}::uuid`;
  return sql`lower(email) LIKE lower(${`${search.replace(/[\\%_]/g, '\\$&')}%`})`;
}

/** One row, or none: whether there is such a customer. */
export const selectExists = (userId: string): Sql => sql`SELECT 1 FROM users WHERE id = ${userId}::uuid`;

/** One row, or none where there is no such customer. */
export const selectEmail = (userId: string): Sql => sql`
  SELECT c.email FROM ${noCustomerColumn} CROSS JOIN LATERAL (SELECT coalesce(email::text, '') AS email FROM users WHERE id = ${userId}::uuid) c`;

export interface ProfileRow extends CustomerRow {
  preferences: Record<string, unknown> | null;
  /** Counts and sums as text. */
  purchases: string;
  spent: string;
  average_spent: string | null;
  first_purchase_at: Date | null;
  last_purchase_at: Date | null;
}

/** A customer with the figures of their purchases up to now. */
export const selectProfile = (userId: string): Sql => sql`
  SELECT c.*, f.* FROM ${noCustomerColumn}
  CROSS JOIN LATERAL (SELECT ${customerColumns} FROM users WHERE id = ${userId}::uuid) c
  CROSS JOIN LATERAL (
    SELECT count(*) AS purchases, coalesce(sum(p.total_amount::numeric), 0) AS spent, round(avg(p.total_amount::numeric), 2) AS average_spent,
           min(p.purchase_date) FILTER (WHERE isfinite(p.purchase_date))::timestamptz AS first_purchase_at,
           max(p.purchase_date) FILTER (WHERE isfinite(p.purchase_date))::timestamptz AS last_purchase_at
    FROM purchase_history p WHERE p.user_id = c.id AND p.purchase_date <= now()
  ) f`;

export interface PurchaseRow {
  id: string;
  ticket_id: string;
  /** What the row is sorted by, to the microsecond, as PostgreSQL writes it. */
  sorted_by: string;
  purchase_date: Date | null;
  store_name: string;
  total_amount: string | null;
  num_products: number | null;
  products: unknown[];
  ticket_type: string | null;
  is_market_store: boolean | null;
}

/** One page, newest first, after the key (purchase_date, id) of the last row before. The parameters take the types of the columns. */
export const selectPurchases = (userId: string, limit: number, after?: readonly string[]): Sql => sql`
  SELECT p.* FROM (SELECT NULL::int AS num_products, NULL::jsonb AS products, NULL::text AS ticket_type) no_column CROSS JOIN LATERAL (
    SELECT id::text AS id, ticket_id::text AS ticket_id, purchase_date::text AS sorted_by,
           CASE WHEN isfinite(purchase_date) THEN purchase_date::timestamptz END AS purchase_date, store_name::text AS store_name,
           total_amount::numeric AS total_amount, num_products::int AS num_products,
           CASE WHEN coalesce(to_jsonb(products), 'null') = 'null' THEN '[]' WHEN jsonb_typeof(to_jsonb(products)) = 'array' THEN to_jsonb(products)
                ELSE jsonb_build_array(products) END AS products,
           ticket_type::text AS ticket_type, is_market_store
    FROM purchase_history h
    WHERE h.user_id = ${userId}::uuid ${after ? sql`AND (h.purchase_date, h.id) < (${after[0]}, ${after[1]})` : empty}
    ORDER BY h.purchase_date DESC, h.id DESC LIMIT ${limit}
  ) p`;

export const countPurchases = (userId: string): Sql =>
  sql`SELECT count(*) AS total FROM purchase_history p WHERE p.user_id = ${userId}::uuid`;
