/*
 * What volumes cost who delivers (docs/adr/0014): the ledger as one table, with one volume in use and with 24, in turn. Each is written,
 * claimed and settled by the product's own statements, over one connection. `volumes 40`: slices of work, each ledger in turn in each.
 */
import { readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { raw, sql } from '../src/common/sql';
import { loadConfig } from '../src/config/config';
import { migrateDown, underMigrationLock } from '../src/database/migrate';
import { openServer, prepareDatabase } from '../src/database/open-database';
import { keep, median } from './measure';
import { writeNotifications } from './peers/our-notifications';

const SLICES = Number(process.argv[2] ?? 40);
/** Batches of a slice, and notifications that are marked by name. */
const BATCHES = 5;
const SINGLE = 50;
/** The first slices plan their statements. */
const WARM_UP = 4;

type Ledger = 'one table' | '1 volume' | '24 volumes';
const ledgers: readonly Ledger[] = ['one table', '1 volume', '24 volumes'];
type Work = 'batch 100' | 'batch 500' | 'by name';
const ROWS = (SLICES + WARM_UP) * (SINGLE + 600 * BATCHES) + 5000;
interface Cost {
  cpu_us: number;
  wal_bytes: number;
}

const config = loadConfig({ ADMIN_TOKENS: 'a-token-of-no-use-here' });
const quiet = () => undefined;

async function make(url: string, ledger: Ledger): Promise<Client> {
  await prepareDatabase(url, config, quiet);
  if (ledger === 'one table')
    await underMigrationLock(url, config, async (runner) => {
      while ((await migrateDown(runner, quiet)) !== 'VolumeBounds1797000000000');
    });
  const client = new Client({ connectionString: url, options: '-c search_path=crm,public -c statement_timeout=0' });
  await client.connect();
  if (ledger === '24 volumes') {
    await client.query('SELECT prepare_volumes(23)');
    await client.query("SELECT setval(pg_get_serial_sequence('dispatches', 'id'), 12000000)"); // in the midst of them
  }
  return client;
}

/** Processor time of the connection's server process, and WAL, for each of so many. */
async function measured(client: Client, count: number, work: () => Promise<void>): Promise<Cost> {
  const { pid } = (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0];
  const cpu = () => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]);
  const lsn = async () => (await client.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn')).rows[0].lsn;
  const [from, began] = [await lsn(), cpu()];
  await work();
  const spent = cpu() - began;
  const { wal } = (
    await client.query<{ wal: string }>('SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1::pg_lsn) AS wal', [from])
  ).rows[0];
  return { cpu_us: spent / 1000 / count, wal_bytes: Number(wal) / count };
}

async function deliver(client: Client, batch: number, most: number): Promise<void> {
  for (let done = 0; done < most; done += batch) {
    const { rows } = await client.query<{ lease_token: string; ids: string[] }>({
      name: 'claim',
      text: 'SELECT lease_token, json_agg(id) AS ids FROM claim($1, 60, $2) GROUP BY lease_token',
      values: [batch, 'webpush'],
    });
    await client.query({
      name: 'settle',
      text: 'SELECT sent_count FROM settle($1, $2)',
      values: [rows[0].lease_token, `{${rows[0].ids.join()}}`],
    });
  }
}

async function markByName(client: Client, count: number): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT dispatch_id || ':' || user_id AS id FROM notifications WHERE dispatch_id = (SELECT max(id) FROM dispatches) AND state = 0 LIMIT $1`,
    [count],
  );
  for (const { id } of rows)
    await client.query({
      name: 'mark',
      text: `SELECT sent FROM settle_rows(NULL, ARRAY[$1], '{}', '{}', '{}', '{}', '{}', 'bench')`,
      values: [id],
    });
}

/** Processor time and WAL of one notification, in one slice of each kind of work. */
async function slice(client: Client): Promise<Record<Work, Cost>> {
  const batches = (size: number) => measured(client, size * BATCHES, () => deliver(client, size, size * BATCHES));
  return {
    'by name': await measured(client, SINGLE, () => markByName(client, SINGLE)),
    'batch 100': await batches(100),
    'batch 500': await batches(500),
  };
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'crm-bench-'));
  const server = await openServer(loadConfig({ DATA_DIR: directory }));
  const clients = new Map<Ledger, [url: string, client: Client]>();
  try {
    const admin = new Client({ connectionString: server.url });
    await admin.connect();
    for (const [i, ledger] of ledgers.entries()) {
      const url = Object.assign(new URL(server.url), { pathname: `/ledger_${i}` }).href;
      await admin.query(sql`CREATE DATABASE ${raw(`ledger_${i}`)} TEMPLATE template0`);
      clients.set(ledger, [url, await make(url, ledger)]);
    }
    await admin.end();
    for (const [url, client] of clients.values()) {
      await writeNotifications(url, ROWS);
      await client.query('VACUUM ANALYZE notifications');
    }
    const slices: Record<Ledger, Record<Work, Cost>>[] = [];
    for (let i = 0; i < SLICES + WARM_UP; i++) {
      const one = {} as Record<Ledger, Record<Work, Cost>>;
      for (const ledger of [...ledgers.slice(i % 3), ...ledgers.slice(0, i % 3)])
        one[ledger] = await slice(clients.get(ledger)![1]);
      if (i >= WARM_UP) slices.push(one);
    }
    const results = (['batch 100', 'batch 500', 'by name'] as Work[]).flatMap((work) =>
      ledgers.map((ledger) => {
        const of = (figure: keyof Cost) => median(slices.map((one) => one[ledger][work][figure]));
        const besides = slices.map((one) => one[ledger][work].cpu_us / one['one table'][work].cpu_us);
        return {
          work,
          ledger,
          cpu_us: Number(of('cpu_us').toFixed(2)),
          wal_bytes: Math.round(of('wal_bytes')),
          beside_one_table: Number(median(besides).toFixed(3)),
        };
      }),
    );
    console.table(results);
    keep('volumes', { slices: SLICES, batches: BATCHES, single: SINGLE, results });
  } finally {
    await Promise.all([...clients.values()].map(([, client]) => client.end()));
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

void main();
