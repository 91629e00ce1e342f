/*
 * What a partial index on failed notifications would cost every settle (docs/adr/0003): the ledger as it is, against the same with
 * the index, each settled whole in batches of 500, in turn.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { loadConfig } from '../src/config/config';
import { openServer, prepareDatabase } from '../src/database/open-database';
import { keep, median } from './measure';

const ROUNDS = 5;
const ROWS = Number(process.argv[2] ?? 100_000);
const BATCH = 500;

type Figure = 'settle_ms' | 'wal_bytes_per_row' | 'hot_share';

async function settleAll(client: Client, index: boolean): Promise<Record<Figure, number>> {
  await client.query('TRUNCATE notifications');
  await client.query('DROP INDEX IF EXISTS notifications_failed');
  if (index) await client.query('CREATE INDEX notifications_failed ON notifications (dispatch_id, user_id) WHERE state = 3');
  await client.query(
    `INSERT INTO notifications (dispatch_id, user_id, lane_no)
     SELECT 1, lpad(to_hex(i), 32, '0')::uuid, i / 5000 FROM generate_series(1, $1::int) i`,
    [ROWS],
  );
  await client.query('VACUUM ANALYZE notifications');
  await client.query('CHECKPOINT');
  const lsn = async () => (await client.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn')).rows[0].lsn;
  const [from, began] = [await lsn(), performance.now()];
  for (let i = 1; i <= ROWS; i += BATCH)
    await client.query(
      `UPDATE notifications SET state = 2, attempts = attempts + 1, settled_at = clock_timestamp()
       WHERE dispatch_id = 1 AND user_id BETWEEN lpad(to_hex($1::int), 32, '0')::uuid AND lpad(to_hex($2::int), 32, '0')::uuid AND state = 0`,
      [i, i + BATCH - 1],
    );
  const settle_ms = performance.now() - began;
  const { rows } = await client.query<{ wal: string }>('SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), $1::pg_lsn) AS wal', [
    from,
  ]);
  await client.query('SELECT pg_stat_force_next_flush()');
  const stat = await client.query<{ share: string }>(
    `SELECT round(n_tup_hot_upd::numeric / n_tup_upd, 3) AS share FROM pg_stat_user_tables WHERE relname = 'notifications'`,
  );
  await client.query('SELECT pg_stat_reset()');
  return {
    settle_ms: Math.round(settle_ms),
    wal_bytes_per_row: Math.round(Number(rows[0].wal) / ROWS),
    hot_share: Number(stat.rows[0].share),
  };
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'crm-bench-'));
  const config = loadConfig({ DATA_DIR: directory });
  const server = await openServer(config);
  try {
    await prepareDatabase(server.url, config);
    const client = new Client({ connectionString: server.url, options: '-c search_path=crm,public' });
    await client.connect();
    const rounds: Record<'as_it_is' | 'with_index', Record<Figure, number>>[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({ as_it_is: await settleAll(client, false), with_index: await settleAll(client, true) });
      console.log(rounds.at(-1));
    }
    await client.end();
    const of = (side: 'as_it_is' | 'with_index', figure: Figure) => median(rounds.map((round) => round[side][figure]));
    const medians = {
      time_with_index: Number((of('with_index', 'settle_ms') / of('as_it_is', 'settle_ms')).toFixed(2)),
      wal_with_index: Number((of('with_index', 'wal_bytes_per_row') / of('as_it_is', 'wal_bytes_per_row')).toFixed(2)),
      hot_share: [of('as_it_is', 'hot_share'), of('with_index', 'hot_share')],
      wal_bytes_per_row: [of('as_it_is', 'wal_bytes_per_row'), of('with_index', 'wal_bytes_per_row')],
    };
    console.log('medians (with the index : as it is)', medians);
    keep('state-index', { rows: ROWS, batch: BATCH, medians, rounds });
  } finally {
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

void main();
