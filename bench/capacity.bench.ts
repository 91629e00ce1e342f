/*
 * What a million customers take: rows and bytes after one dispatch to everybody that was resolved, written, claimed and settled, the WAL and the seconds of each
 * step, a count with and without the column index, and what the index holds. `capacity 3 100k/1m 300k/3m 1m/10m`: rounds and sizes.
 */
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { insertEntry } from '../src/audit/audit.sql';
import { sql } from '../src/common/sql';
import { insertKey } from '../src/idempotency/idempotency-keys.sql';
import { ColumnIndex } from '../src/segments/column-index/column-index';
import { SegmentQueryBuilder } from '../src/segments/queries/segment-query.builder';
import { parseRule } from '../src/segments/rules/rule';
import { DispatchGround, timed } from './dispatch-ground';
import { keep, median } from './measure';
import { questions } from './rules';
import { AS_OF } from './seed';
import { openSeeded, type SeededDatabase } from './seeded-database';

const ROUNDS = Number(process.argv[2] ?? 3);
const SIZES = process.argv.length > 3 ? process.argv.slice(3) : ['100k/1m', '300k/3m', '1m/10m'];
/** Of its own: other benchmarks make `crm` anew. */
const SCHEMA = 'capacity';
const BATCH = 500;
const ENTRIES = 2000;

const rounded = (value: number) => Number(value.toPrecision(3));
const everyMillion = (value: number, customers: number) => Math.round((value / customers) * 1e6);

/** What is queued, claimed and settled on one connection, 500 at a time, as a worker that speaks SQL does. */
async function deliver(ground: DispatchGround, client: Client) {
  const done = { claim_ms: 0, settle_ms: 0, claim_wal: 0, settle_wal: 0, settled: 0 };
  for (;;) {
    const before = await ground.lsn();
    const claim = await timed(() =>
      client.query<{ token: string; ids: string }>({
        name: 'claim',
        text: `SELECT lease_token AS token, '{' || string_agg(id, ',') || '}' AS ids FROM claim($1, 60, 'webpush') GROUP BY lease_token`,
        values: [BATCH],
      }),
    );
    const [lease] = claim.value.rows;
    if (!lease) return done;
    done.claim_wal += await ground.walSince(before);
    done.claim_ms += claim.ms;
    const between = await ground.lsn();
    const settle = await timed(() =>
      client.query<{ sent: number }>({
        name: 'settle',
        text: 'SELECT sent_count AS sent FROM settle($1, $2)',
        values: [lease.token, lease.ids],
      }),
    );
    done.settle_wal += await ground.walSince(between);
    done.settle_ms += settle.ms;
    done.settled += settle.value.rows[0].sent;
  }
}

/** Tables of a few rows, however many customers there are. */
const FEW = ['migrations', 'segments', 'segment_versions', 'secrets', 'campaigns', 'installation', 'dispatches'];

interface TableSize {
  rows: number;
  heap: number;
  toast: number;
  indexes: number;
}

/** Bytes of each table of ours that grows, as they lie on disk. */
async function sizes(client: Client): Promise<Record<string, TableSize>> {
  // partitions are counted with their table
  const { rows } = await client.query<{ name: string } & Record<keyof TableSize, string>>(sql`
    SELECT root.relname AS name, sum(pg_relation_size(c.oid)) AS heap, sum(coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0)) AS toast,
           sum(pg_indexes_size(c.oid)) AS indexes,
           sum((xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s', c.oid::regclass), true, true, '')))[1]::text::bigint) AS rows
    FROM pg_class c JOIN pg_class root ON root.oid = coalesce(pg_partition_root(c.oid), c.oid)
    WHERE c.relnamespace = ${SCHEMA}::regnamespace AND c.relkind = 'r' GROUP BY root.relname`);
  const filled = rows.filter(({ name, rows }) => Number(rows) > 0 && !FEW.includes(name));
  return Object.fromEntries(
    filled.map(({ name, rows, heap, toast, indexes }) => [
      name,
      { rows: Number(rows), heap: Number(heap), toast: Number(toast), indexes: Number(indexes) },
    ]),
  );
}

/** Everybody gets one notification; nothing was there before. */
async function round(ground: DispatchGround, campaignId: string, database: SeededDatabase) {
  await ground.forget();
  const run = await ground.dispatch(campaignId);
  const client = await database.connect();
  await client.query(sql`SELECT set_config('search_path', ${`${SCHEMA},public`}, false)`);
  const delivered = await deliver(ground, client);
  await client.end();
  if (delivered.settled !== run.queued) throw new Error(`Of ${run.queued}, ${delivered.settled} were settled`);
  const { queued, resolve_ms, write_ms, resolve_wal, wal } = run;
  const { claim_ms, settle_ms, claim_wal, settle_wal } = delivered;
  return {
    queued,
    resolve_ms,
    write_ms,
    resolve_wal,
    write_wal: wal - resolve_wal,
    claim_ms,
    settle_ms,
    claim_wal,
    settle_wal,
  };
}

/** A count of a broad rule, by PostgreSQL and by the column index, and what the index takes. */
async function counts(client: Client, url: string) {
  const rule = parseRule(questions.broad.rule, () => ({}));
  const index = new ColumnIndex({
    ROLES: ['api'],
    COLUMN_INDEX: 'auto',
    COLUMN_INDEX_MEMORY_MB: 4096,
    COLUMN_INDEX_FROM_PURCHASES: 0,
    DATABASE_URL: url,
    DATABASE_SCHEMA: SCHEMA,
    CUSTOMERS_SCHEMA: 'public',
  });
  const load = await timed(async () => {
    index.onApplicationBootstrap();
    await index.refresh();
  });
  const { bytes } = index.state();
  const [byDatabase, byIndex]: number[][] = [[], []];
  const { text, values } = new SegmentQueryBuilder().count([rule], AS_OF);
  for (let i = 0; i < ROUNDS + 1; i++) {
    byDatabase.push((await timed(() => client.query(text, values))).ms);
    byIndex.push((await timed(() => index.count([rule], AS_OF))).ms);
  }
  await index.onModuleDestroy();
  // the first of each warms caches
  return {
    count_database_ms: rounded(median(byDatabase.slice(1))),
    count_index_ms: rounded(median(byIndex.slice(1))),
    index_bytes: bytes,
    index_load_ms: Math.round(load.ms),
  };
}

/** Bytes of one idempotency key with an answer of 400 bytes, and of one entry in the audit log, with their indexes. */
async function entries(client: Client) {
  const answer = { status: 201, headers: { ETag: '"1"' }, body: 'x'.repeat(400) };
  for (let i = 0; i < ENTRIES; i++) {
    const request = {
      principal: 'admin',
      method: 'POST',
      route: '/segments',
      key: randomUUID(),
      fingerprint: Buffer.alloc(32, i),
    };
    const key = insertKey(request, { answer });
    await client.query(key.text, key.values);
    const hash = Buffer.alloc(32, i);
    const entry = insertEntry({ actor: 'admin', via: 'token', action: 'segment.updated', target_type: 'segment', target_id: randomUUID(), outcome: 'done', before_hash: hash, after_hash: hash, request_id: randomUUID(), ip: '10.0.0.1' }); // prettier-ignore
    await client.query(entry.text, entry.values);
  }
  const found = await sizes(client);
  const each = ({ heap, toast, indexes }: TableSize) => Math.round((heap + toast + indexes) / ENTRIES);
  return { idempotency_key_bytes: each(found.idempotency_keys), audit_entry_bytes: each(found.audit_entries) };
}

async function measure(label: string) {
  const database = await openSeeded(label);
  const ground = await DispatchGround.open(database.url, SCHEMA);
  try {
    const everybody = await ground.campaign({});
    const rounds: Awaited<ReturnType<typeof round>>[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      rounds.push(await round(ground, everybody, database));
      console.log(label, rounds[i]);
    }
    const tables = await sizes(ground.client);
    const { queued } = rounds[0];
    const steps = Object.keys(rounds[0]).filter((name) => name !== 'queued') as Exclude<
      keyof (typeof rounds)[0],
      'queued'
    >[];
    const of = { customers: database.size.customers, purchases: database.size.purchases, notifications: queued };
    return {
      ...of,
      /** Of each step, a million notifications: milliseconds and bytes of WAL. */
      per_million: Object.fromEntries(
        steps.map((name) => [name, everyMillion(median(rounds.map((one) => one[name])), queued)]),
      ),
      /** A million notifications: rows and bytes. */
      tables: Object.fromEntries(
        Object.entries(tables).map(([name, size]) => [
          name,
          Object.fromEntries(
            Object.entries(size).map(([what, value]: [string, number]) => [what, everyMillion(value, queued)]),
          ),
        ]),
      ),
      ...(await counts(ground.client, database.url)),
      ...(await entries(ground.client)),
    };
  } finally {
    await ground.client.query(sql`DROP SCHEMA capacity CASCADE`);
    await ground.close();
    await database.close();
  }
}

async function main(): Promise<void> {
  const found: Record<string, Awaited<ReturnType<typeof measure>>> = {};
  for (const label of SIZES) {
    found[label] = await measure(label);
    console.dir(found[label], { depth: 5 });
    keep('capacity', { rounds: ROUNDS, batch: BATCH, connections: 1, sizes: found });
  }
}

void main();
