import { escapeIdentifier } from 'pg';
import { type Queryable, raw, row, rows, sql } from '../common/sql';
import { ConfigError } from '../config/config';

/** The two tables of others that this service reads. */
export const customerTables = ['users', 'purchase_history'] as const;
export type CustomerTable = (typeof customerTables)[number];

/** The comment on a table that this service has made: it tells a table it may fill from one that belongs to others. */
const OURS = 'created by crm-service';

/**
 * Makes users and purchase_history in the schema where neither is there, empty and in the minimal form the service reads. What
 * is there is never touched, whatever it is: a table, a view, a partitioned or a foreign table.
 * @throws ConfigError where only one of the two is there, or where the role may not create them.
 */
export async function ensureCustomerTables(database: Queryable, customersSchema: string): Promise<'created' | 'found'> {
  const found = await existing(database, customersSchema);
  if (found.length === customerTables.length) return 'found';
  if (found.length > 0) {
    const missing = customerTables.find((table) => !found.includes(table));
    throw new ConfigError(
      `The schema ${customersSchema} has ${found[0]} but not ${missing}: CUSTOMERS_SCHEMA probably names the wrong schema`,
    );
  }
  try {
    await create(database, customersSchema);
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error;
    throw new ConfigError(
      `The schema ${customersSchema} has neither users nor purchase_history, and the database role may not create them: set CUSTOMERS_SCHEMA to the schema that has them`,
      { cause: error },
    );
  }
  return 'created';
}

/** The columns that are read whatever is asked, and the type where only one will do. */
export const columnsRead: readonly (readonly [table: CustomerTable, column: string, type?: string])[] = [
  ['users', 'id', 'uuid'],
  ['users', 'is_active', 'boolean'],
  ['users', 'preferences', 'jsonb'],
  ['purchase_history', 'user_id', 'uuid'],
  ['purchase_history', 'purchase_date'],
  ['purchase_history', 'store_name'],
  ['purchase_history', 'total_amount'],
  ['purchase_history', 'is_market_store', 'boolean'],
];

/** The columns that one filter asks about, and the types it can ask, where not every one. Without them, the service does without it. */
export const columnsOfFilters: readonly (readonly [table: CustomerTable, column: string, filter: string, types?: RegExp])[] =
  [
    ['users', 'role', 'roles_in'],
    ['users', 'registration_date', 'registered_within_days', /^(timestamp|date)/],
    ['purchase_history', 'products', 'products_contain', /^jsonb$/],
    ['purchase_history', 'ticket_type', 'ticket_types_in'],
  ];

/**
 * Looks whether segments can be asked of the two tables, so that an unsuitable database is known at the start and not by its first request.
 * @param report is told of the filters that cannot be used.
 * @throws ConfigError naming the first column that is missing, of another type, or not to be read by our role.
 */
export async function requireReadable(
  database: Queryable,
  customersSchema: string,
  report?: (line: string) => void,
): Promise<void> {
  const columns = await customerColumns(database, customersSchema);
  for (const [table, column, type] of columnsRead) {
    const where = `${customersSchema}.${table}.${column}`;
    const found = columns.find(({ name }) => name === `${table}.${column}`);
    if (!found) throw new ConfigError(`${where} is missing: segments are asked of it`);
    if (type && found.type !== type) throw new ConfigError(`${where} must be ${type}, and is ${found.type}`);
    if (!found.readable)
      throw new ConfigError(
        `${where} may not be read: GRANT SELECT ON ${customersSchema}.${table} to the role of this service`,
      );
  }
  for (const [table, column, filter, types] of columnsOfFilters) {
    const found = columns.find(({ name }) => name === `${table}.${column}`);
    const fault = !found
      ? 'is missing'
      : !found.readable
        ? 'may not be read'
        : types?.test(found.type) === false && `is ${found.type}`;
    if (fault) report?.(`${customersSchema}.${table}.${column} ${fault}: rules with the filter ${filter} will be refused`);
  }
}

export interface CustomerColumn {
  /** `users.id` */
  name: string;
  /** Without its length or precision: `numeric`. */
  type: string;
  /** Our role may. */
  readable: boolean;
}

/** The columns of the two tables, whatever they are. */
export const customerColumns = (database: Queryable, customersSchema: string): Promise<CustomerColumn[]> =>
  rows(
    database,
    sql`SELECT c.relname || '.' || a.attname AS name, format_type(a.atttypid, NULL) AS type,
               has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT') AS readable
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE n.nspname = ${customersSchema} AND c.relname = ANY (${[...customerTables]})`,
  );

/** Whether this service has made both tables. False too where they are missing. */
export async function customerTablesAreOurs(database: Queryable, customersSchema: string): Promise<boolean> {
  const { ours } = await row<{ ours: boolean }>(
    database,
    sql`SELECT count(*) = ${customerTables.length} AS ours
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ${customersSchema} AND c.relname = ANY (${[...customerTables]}) AND c.relkind = 'r'
           AND obj_description(c.oid, 'pg_class') = ${OURS}`,
  );
  return ours;
}

async function existing(database: Queryable, customersSchema: string): Promise<string[]> {
  const found = await rows<{ name: string }>(
    database,
    sql`SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ${customersSchema} AND c.relname = ANY (${[...customerTables]}) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`,
  );
  return found.map(({ name }) => name);
}

/** One message, so one transaction: both tables or none. */
async function create(database: Queryable, customersSchema: string): Promise<void> {
  const { schemaIsThere } = await row<{ schemaIsThere: boolean }>(
    database,
    sql`SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = ${customersSchema}) AS "schemaIsThere"`,
  );
  const schema = raw(escapeIdentifier(customersSchema));
  // CREATE SCHEMA IF NOT EXISTS asks for the privilege even where the schema exists
  const createSchema = raw(schemaIsThere ? '' : `CREATE SCHEMA ${schema.sql};`);
  await rows(
    database,
    sql`${createSchema}
      CREATE TABLE ${schema}.users (
        id                uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        email             varchar(255) UNIQUE NOT NULL,
        preferences       jsonb DEFAULT '{}',
        is_active         boolean DEFAULT true,
        role              varchar(20) DEFAULT 'user',
        registration_date timestamptz,
        created_at        timestamptz,
        updated_at        timestamptz
      );
      -- no foreign key to users: the tables this stands in for have none, and purchases of unknown customers
      CREATE TABLE ${schema}.purchase_history (
        id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        user_id         uuid NOT NULL,
        ticket_id       uuid NOT NULL,
        purchase_date   timestamptz NOT NULL CONSTRAINT purchase_date_is_an_instant CHECK (isfinite(purchase_date)),
        store_name      varchar(255) NOT NULL,
        total_amount    numeric(10,2) NOT NULL CONSTRAINT total_amount_is_a_number CHECK (total_amount <> 'NaN'),
        products        jsonb DEFAULT '[]',
        num_products    integer DEFAULT 0,
        ticket_type     varchar(100),
        is_market_store boolean DEFAULT false,
        created_at      timestamptz,
        updated_at      timestamptz
      );
      CREATE INDEX ON ${schema}.purchase_history (user_id, purchase_date DESC);
      CREATE INDEX ON ${schema}.purchase_history (purchase_date);
      CREATE INDEX ON ${schema}.purchase_history (store_name);
      CREATE INDEX ON ${schema}.purchase_history (ticket_id);
      COMMENT ON TABLE ${schema}.users IS ${raw(`'${OURS}'`)};
      COMMENT ON TABLE ${schema}.purchase_history IS ${raw(`'${OURS}'`)};`,
  );
}
