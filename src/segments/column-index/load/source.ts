import type { Socket } from 'node:net';
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { type Queryable, raw, row, rows, sql } from '../../../common/sql';
import { CopyRows, type OnRow } from './copy-rows';
import type { Column } from '../data/index-data';

/** How to reach the database: plain data, handed to the loader's thread. */
export interface SourceOptions {
  /** Carries the password: never log it. */
  readonly url: string;
  readonly searchPath: string;
}

/** Long enough for a table of billions; a COPY is otherwise not to be waited for. */
const STATEMENT_MS = 60 * 60_000;

/** A connection of its own, beside the pool: a load takes longer than a statement of the pool may. */
export async function connect({ url, searchPath }: SourceOptions): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: 'crm-service column index',
    options: `-c search_path=${searchPath} -c timezone=UTC -c idle_session_timeout=0`,
    connectionTimeoutMillis: 2000,
    statement_timeout: STATEMENT_MS,
    lock_timeout: 2000,
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
  });
  client.on('error', () => undefined); // the statement that runs, or the next one, fails
  await client.connect();
  return client;
}

/** Breaks a connection at once, whatever runs on it. */
export function cut(client: Client): void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection; // pg's types do not show it
  stream.destroy();
}

/** What runs a statement of ours and gives its rows, as a DataSource does. */
export const queryable = (client: Client): Queryable => ({
  query: async (text, values) => (await client.query<object>(text, values)).rows,
});

/** Runs a COPY … TO STDOUT (FORMAT binary) and calls back for each row. */
export async function copy(client: Client, statement: string, fields: number, onRow: OnRow): Promise<void> {
  const reader = new CopyRows(fields, onRow);
  const stream = client.query(copyTo(statement));
  await new Promise<void>((done, fail) => {
    stream.on('data', (chunk: Buffer) => reader.push(chunk));
    stream.once('end', done).once('error', fail);
  });
}

/** Sets what a COPY is to read, until the end of the transaction: COPY takes no parameters. */
export const setting = (client: Client, name: 'since' | 'changed_from' | 'customers', value: string): Promise<unknown> =>
  rows(queryable(client), sql`SELECT set_config(${`crm.${name}`}, ${value}, true)`);

/** The snapshot a transaction reads: its instant in microseconds, and which transactions it may not see. */
export interface Snapshot {
  readonly asOf: number;
  /** All transactions before `xmin` have ended; none has begun from `xmax` on. */
  readonly xmin: bigint;
  readonly xmax: bigint;
}

/** Begins a transaction that reads one snapshot. */
export async function beginSnapshot(client: Client): Promise<Snapshot> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  const { as_of, xmin, xmax } = await row<{ as_of: string; xmin: string; xmax: string }>(
    queryable(client),
    sql`SELECT (extract(epoch FROM now()) * 1000000)::bigint::text AS as_of,
               pg_snapshot_xmin(s)::text AS xmin, pg_snapshot_xmax(s)::text AS xmax
          FROM pg_current_snapshot() s`,
  );
  return { asOf: Number(as_of), xmin: BigInt(xmin), xmax: BigInt(xmax) };
}

/** What can be read of the two tables, and how. */
export interface Readable {
  /** Columns that are missing, not ours to read, or of a type whose equality is not that of its bytes. */
  readonly notScannable: Column[];
  /** Changed rows can be told by their xmin: tables of rows with a xmin that our role may read. */
  readonly showsChanges: boolean;
}

export async function readable(client: Client): Promise<Readable> {
  const columns = await rows<{ name: Column; is_plain: boolean }>(
    queryable(client),
    sql`SELECT a.attname::text AS name,
               CASE WHEN a.attname IN ('role', 'store_name', 'ticket_type')
                    THEN a.atttypid IN ('text'::regtype, 'varchar'::regtype) AND coalesce(l.collisdeterministic, true)
                    ELSE true END AS is_plain
          FROM pg_attribute a LEFT JOIN pg_collation l ON l.oid = a.attcollation
         WHERE ((a.attrelid = 'users'::regclass AND a.attname = ANY (${['role', 'registration_date', 'preferences']}))
             OR (a.attrelid = 'purchase_history'::regclass
                 AND a.attname = ANY (${['store_name', 'ticket_type', 'is_market_store', 'total_amount']})))
           AND NOT a.attisdropped AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')`,
  );
  const names: Record<Column, string> = {
    role: 'role',
    registered: 'registration_date',
    preferences: 'preferences',
    store_name: 'store_name',
    ticket_type: 'ticket_type',
    is_market_store: 'is_market_store',
    amount: 'total_amount',
  };
  const found = columns.filter(({ is_plain }) => is_plain).map(({ name }) => name as string);
  const { shows_changes } = await row<{ shows_changes: boolean }>(
    queryable(client),
    sql`SELECT bool_and(c.relkind IN ('r', 'p') AND NOT c.relrowsecurity AND has_table_privilege(c.oid, 'SELECT')
                        AND NOT EXISTS (SELECT FROM pg_partition_tree(c.oid) t JOIN pg_class p ON p.oid = t.relid
                                         WHERE p.relkind NOT IN ('r', 'p'))) AS shows_changes
          FROM pg_class c WHERE c.oid IN ('users'::regclass, 'purchase_history'::regclass)`,
  );
  return {
    notScannable: (Object.keys(names) as Column[]).filter((column) => !found.includes(names[column])),
    showsChanges: shows_changes,
  };
}

/** The rows that an index holds: no other purchase is anybody's, or ever counts. The setting is where a partial index begins. */
const counted = (isPartial: boolean): string =>
  `p.user_id IS NOT NULL AND p.purchase_date IS NOT NULL${
    isPartial ? ` AND p.purchase_date >= (SELECT current_setting('crm.since')::timestamptz)` : ''
  }`;

export interface TableSizes {
  readonly customers: number;
  readonly purchases: number;
}

export async function sizes(client: Client, isPartial: boolean): Promise<TableSizes> {
  const { customers, purchases } = await row<{ customers: string; purchases: string }>(
    queryable(client),
    sql`SELECT (SELECT count(*) FROM users) AS customers,
               (SELECT count(*) FROM purchase_history p WHERE ${raw(counted(isPartial))}) AS purchases`,
  );
  return { customers: Number(customers), purchases: Number(purchases) };
}

/** Purchases by day, the newest first: instants in microseconds. */
export const purchasesByDay = (client: Client): Promise<{ day: string; purchases: string }[]> =>
  rows(
    queryable(client),
    sql`SELECT (extract(epoch FROM date_trunc('day', p.purchase_date::timestamptz)) * 1000000)::bigint::text AS day, count(*) AS purchases
          FROM purchase_history p WHERE isfinite(p.purchase_date) GROUP BY 1 ORDER BY max(p.purchase_date) DESC`,
  );

const columnOrNull = (column: Column, expression: string, type: string, { notScannable }: Readable): string =>
  notScannable.includes(column) ? `NULL::${type}` : expression;

export const CUSTOMER_FIELDS = { id: 0, isActive: 1, registered: 2, role: 3, document: 4, end: 5 } as const;

/** Every row of users, or those that `where` names. */
export const customersStatement = (readable: Readable, where = 'true'): string => `
  COPY (SELECT u.id, u.is_active IS NOT FALSE,
               ${columnOrNull('registered', 'u.registration_date::timestamptz', 'timestamptz', readable)},
               ${columnOrNull('role', 'u.role::text', 'text', readable)},
               ${columnOrNull('preferences', 'u.preferences::text', 'text', readable)}
          FROM users u WHERE ${where}) TO STDOUT (FORMAT binary)`;

export const PURCHASE_FIELDS = { owner: 0, date: 1, amount: 2, label: 3, end: 6 } as const;

/** Every purchase that counts, or those that `where` names. The last three fields together are its label. */
export const purchasesStatement = (readable: Readable, isPartial: boolean, where = 'true'): string => `
  COPY (SELECT p.user_id, p.purchase_date::timestamptz,
               ${columnOrNull('amount', 'p.total_amount::numeric', 'numeric', readable)},
               ${columnOrNull('store_name', 'p.store_name::text', 'text', readable)},
               ${columnOrNull('is_market_store', 'p.is_market_store', 'boolean', readable)},
               ${columnOrNull('ticket_type', 'p.ticket_type::text', 'text', readable)}
          FROM purchase_history p WHERE ${counted(isPartial)} AND ${where}) TO STDOUT (FORMAT binary)`;

/**
 * Rows written by a transaction that a snapshot did not see as ended: its xmin is `oldest` or later. xids are compared by their
 * distance from the present one, as they wrap around; the sub-select is evaluated once. A row that has not changed may be among them.
 */
const written = (alias: 'u' | 'p'): string =>
  `age(${alias}.xmin) BETWEEN 0 AND (SELECT age(current_setting('crm.changed_from')::xid8::xid))`;

export const changedCustomers = (readable: Readable): string => customersStatement(readable, written('u'));

/** Uuids of customers with a purchase that has changed, at most so many. */
export const ownersOfChanged = async (client: Client, isPartial: boolean, limit: number): Promise<string[]> =>
  (
    await rows<{ user_id: string }>(
      queryable(client),
      sql`SELECT DISTINCT p.user_id FROM purchase_history p
           WHERE ${raw(counted(isPartial))} AND ${raw(written('p'))} LIMIT ${limit}::int`,
    )
  ).map(({ user_id }) => user_id);

/** Of the customers of the setting, however few or many: a join, for which PostgreSQL may use an index on user_id. */
export const purchasesOfOwners = (readable: Readable, isPartial: boolean): string =>
  purchasesStatement(readable, isPartial, `p.user_id IN (SELECT unnest(current_setting('crm.customers')::uuid[]))`);

/** A number that moves, some seconds late, with every row of the two tables that is written. */
export async function writesSeen(client: Client): Promise<string> {
  const { writes } = await row<{ writes: string }>(
    queryable(client),
    sql`SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::text AS writes
          FROM pg_stat_all_tables
         WHERE relid IN (SELECT 'users'::regclass UNION SELECT 'purchase_history'::regclass
                         UNION SELECT relid FROM pg_partition_tree('users')
                         UNION SELECT relid FROM pg_partition_tree('purchase_history'))`,
  );
  return writes;
}
