import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { sql } from '../src/common/sql';
import { startEmbeddedPostgres } from '../src/database/embedded-postgres';
import { seed, SHAPE, type Size } from './seed';

/** What every session of a benchmark is: our search path, no timeouts. */
const OPTIONS = '-c timezone=UTC -c statement_timeout=0';

export interface SeededDatabase {
  url: string;
  size: Size;
  /** `100k/1m` */
  label: string;
  /** Where a benchmark may keep what it makes of the data. */
  directory: string;
  /** A session of its own. */
  connect(): Promise<Client>;
  close(): Promise<void>;
}

const number = (text: string): number => Number(text.replace(/k$/i, '000').replace(/m$/i, '000000'));

/**
 * The embedded PostgreSQL with a database of this size (`1m/10m`: a million customers, ten million purchases), filled where it is not
 * there yet. It stays between runs below BENCH_DATA_DIR, one database a size. The server runs with PostgreSQL's own defaults, as the
 * product's does: shared_buffers 128 MB, work_mem 4 MB, jit on where it is built in, two parallel workers a gather.
 */
export async function openSeeded(label = '1m/10m'): Promise<SeededDatabase> {
  const [customers, purchases] = label.split('/').map(number);
  if (!(customers > 0 && purchases > 0)) throw new Error(`${label} is no size: say customers/purchases, as 100k/1m`);
  const size = { customers, purchases, seed: 7 };
  const directory = process.env.BENCH_DATA_DIR ?? join(tmpdir(), 'crm-bench-data');
  const database = `bench_${label.toLowerCase().replace('/', '_')}`;
  const server = await startEmbeddedPostgres({ dir: join(directory, 'postgres'), database });
  const connect = async () => {
    const client = new Client({ connectionString: server.url, options: OPTIONS });
    await client.connect();
    return client;
  };
  try {
    const client = await connect();
    if (!(await isSeeded(client, size))) await fill(client, size);
    await client.end();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { url: server.url, size, label, directory, connect, close: () => server.stop() };
}

async function isSeeded(client: Client, size: Size): Promise<boolean> {
  const { rows } = await client.query<{ made: object | null }>(
    sql`SELECT obj_description(to_regclass('public.purchase_history'), 'pg_class')::jsonb = ${JSON.stringify({ ...size, shape: SHAPE })}::jsonb AS made`,
  );
  return Boolean(rows[0].made);
}

/** The comment that says what the tables hold comes last: a load that was broken off has none, and begins anew. */
async function fill(client: Client, size: Size): Promise<void> {
  console.log(`Making ${size.customers} customers and ${size.purchases} purchases; they are kept for the next run`);
  const began = performance.now();
  await client.query('DROP TABLE IF EXISTS users, purchase_history');
  await client.query("ALTER SYSTEM SET max_wal_size = '16GB'");
  await client.query('SELECT pg_reload_conf()');
  await seed(client, size);
  await client.query('ALTER SYSTEM RESET max_wal_size');
  await client.query('SELECT pg_reload_conf()');
  const comment = client.escapeLiteral(JSON.stringify({ ...size, shape: SHAPE }));
  await client.query('COMMENT ON TABLE purchase_history IS ' + comment);
  console.log(`made in ${Math.round((performance.now() - began) / 1000)} s`);
}
