/*
 * What it takes to be rid of the notifications of old dispatches (docs/adr/0014): their volume detached and dropped, beside the same rows
 * deleted and vacuumed. `retention 100000 1000000`: rows, each size in turn.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { sql } from '../src/common/sql';
import { loadConfig } from '../src/config/config';
import { openServer, prepareDatabase } from '../src/database/open-database';
import { detach, drop, openNext, volumes } from '../src/notifications/volumes/volumes.service';
import { keep } from './measure';
import { writeNotifications } from './peers/our-notifications';

const SIZES = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100_000, 1_000_000];

/** As the functions of the product have it: TypeORM gives rows alone. */
const queryable = (client: Client) => ({
  query: async (text: string, values?: unknown[]) => (await client.query(text, values)).rows as unknown,
});

async function measured(client: Client, work: () => Promise<void>): Promise<{ seconds: number; wal_bytes: number }> {
  const lsn = async () => (await client.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn')).rows[0].lsn;
  await client.query('CHECKPOINT');
  const [from, began] = [await lsn(), performance.now()];
  await work();
  const seconds = Number(((performance.now() - began) / 1000).toFixed(3));
  const { rows } = await client.query<{ wal: string }>(
    sql`SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), ${from}::pg_lsn) AS wal`,
  );
  return { seconds, wal_bytes: Number(rows[0].wal) };
}

/** Writes so many into the current volume, all sent, and begins the next. @returns the volume */
async function fill(url: string, client: Client, rows: number) {
  const database = queryable(client);
  const current = (await volumes(database)).find(({ place }) => place === 'current')!;
  await writeNotifications(url, rows);
  await client.query('UPDATE notifications SET state = 2 WHERE state = 0');
  await client.query('VACUUM ANALYZE notifications');
  await openNext(database);
  return current;
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'crm-bench-'));
  const config = loadConfig({ DATA_DIR: directory });
  const server = await openServer(config);
  try {
    await prepareDatabase(server.url, config, () => undefined);
    const client = new Client({ connectionString: server.url, options: '-c search_path=crm,public -c statement_timeout=0' });
    await client.connect();
    const results: object[] = [];
    for (const rows of SIZES) {
      const detached = await fill(server.url, client, rows);
      results.push({
        rows,
        way: 'detached and dropped',
        ...(await measured(client, async () => {
          await detach(queryable(client), detached);
          await drop(queryable(client), detached.name);
        })),
      });
      const deleted = await fill(server.url, client, rows);
      results.push({
        rows,
        way: 'deleted',
        ...(await measured(client, async () => {
          await client.query(
            sql`DELETE FROM notifications WHERE dispatch_id >= ${deleted.first_id}::bigint AND dispatch_id < ${deleted.end_id}::bigint`,
          );
          await client.query('VACUUM notifications');
        })),
      });
      console.table(results);
    }
    await client.end();
    keep('retention', { results });
  } finally {
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

void main();
