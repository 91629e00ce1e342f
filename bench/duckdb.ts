import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { to as copyTo } from 'pg-copy-streams';
import type { SeededDatabase } from './seeded-database';

interface Connection {
  run(text: string): Promise<unknown>;
  runAndReadAll(text: string): Promise<{ getRows(): unknown[][] }>;
  closeSync(): void;
}

// eslint-disable-next-line @typescript-eslint/no-require-imports -- a package of bench's own: its types are not installed with ours
const { DuckDBInstance } = require('./node_modules/@duckdb/node-api') as {
  DuckDBInstance: {
    create(path: string, options: Record<string, string>): Promise<{ connect(): Promise<Connection>; closeSync(): void }>;
  };
};

/** `same` has the tables as PostgreSQL has them; in `dense` customers are integers, which is the best that can be done for it. */
type Keys = 'same' | 'dense';

export interface DuckDb {
  count(keys: Keys, query: string): Promise<number>;
  close(): void;
}

/**
 * DuckDB inside this process, on as many threads as there are cores, with the columns the questions need: imported from PostgreSQL by
 * CSV, purchases in the order of time, and kept in a file of its own format beside the database.
 */
export async function openDuckDb(database: SeededDatabase): Promise<DuckDb> {
  const file = join(database.directory, `${database.label.replace('/', '_')}.duckdb`);
  if (!existsSync(file)) await fill(database, file);
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connections = { same: await instance.connect(), dense: await instance.connect() };
  await connections.dense.run('USE dense');
  return {
    count: async (keys, query) => Number((await connections[keys].runAndReadAll(query)).getRows()[0][0]),
    close: () => {
      connections.same.closeSync();
      connections.dense.closeSync();
      instance.closeSync();
    },
  };
}

async function fill(database: SeededDatabase, file: string): Promise<void> {
  console.log('Importing into DuckDB');
  const made = `${file}.new`;
  const csv = `${file}.csv`;
  for (const old of [made, `${made}.wal`]) rmSync(old, { force: true });
  const client = await database.connect();
  const instance = await DuckDBInstance.create(made, {});
  const duckdb = await instance.connect();
  const copy = async (table: string, columns: Record<string, string>, order: string) => {
    const names = Object.keys(columns).join(', ');
    await duckdb.run(`CREATE TABLE ${table} (${Object.entries(columns).map((column) => column.join(' ')).join(', ')})`); // prettier-ignore
    const out = client.query(copyTo(`COPY (SELECT ${names} FROM ${table} ORDER BY ${order}) TO STDOUT (FORMAT csv)`));
    await pipeline(out, createWriteStream(csv));
    await duckdb.run(`COPY ${table} FROM '${csv}' (FORMAT csv, HEADER false)`);
    rmSync(csv);
  };
  await copy('users', { id: 'UUID', preferences: 'JSON', is_active: 'BOOLEAN' }, 'id');
  await copy(
    'purchase_history',
    {
      user_id: 'UUID',
      purchase_date: 'TIMESTAMPTZ',
      store_name: 'VARCHAR',
      total_amount: 'DECIMAL(10, 2)',
      is_market_store: 'BOOLEAN',
    },
    'purchase_date',
  );
  await duckdb.run(`
    CREATE SCHEMA dense;
    CREATE TABLE dense.users AS SELECT (row_number() OVER (ORDER BY id) - 1)::INTEGER AS id, id AS uuid, preferences, is_active FROM users ORDER BY id;
    CREATE TABLE dense.purchase_history AS
      SELECT u.id AS user_id, p.store_name, p.total_amount, p.is_market_store, p.purchase_date
        FROM purchase_history p JOIN dense.users u ON u.uuid = p.user_id ORDER BY p.purchase_date;
    ALTER TABLE dense.users DROP COLUMN uuid;
    CHECKPOINT`);
  await client.end();
  duckdb.closeSync();
  instance.closeSync();
  renameSync(made, file);
}
