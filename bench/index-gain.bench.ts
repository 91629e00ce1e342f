/*
 * What the indexes that `npm run doctor` proposes buy, rule by rule, and what they cost whoever writes purchases. Every variant is a
 * transaction that drops the indexes it does without and is rolled back, so that all are measured on the same table, in turn.
 */
import { Client } from 'pg';
import { raw, sql } from '../src/common/sql';
import { createIndex } from '../src/doctor/indexes/create-index';
import { estimateBytes } from '../src/doctor/indexes/index-size';
import { coveringIndexes, type ProposalName } from '../src/doctor/indexes/proposed-indexes';
import { representativeRules, type RuleName } from '../src/doctor/indexes/representative-rules';
import { tableSize } from '../src/doctor/indexes/table-size';
import { keep, median } from './measure';
import { AS_OF } from './seed';
import { openSeeded, type SeededDatabase } from './seeded-database';

const ROUNDS = Number(process.argv[3] ?? 5);
const BATCH_ROWS = 10_000;
/** After so many batches most pages of an index have been logged whole since the checkpoint, and WAL is what the rows themselves cost. */
const BATCHES = 6;

const customer = 'purchases_by_customer';
const date = 'purchases_by_date';
const preferences = 'customers_by_preferences';

/** Which of the proposed indexes there are, beside those of the original; `sorted`: without hash aggregation. */
const variants: Record<string, { has: ProposalName[]; sorted?: boolean }> = {
  none: { has: [] },
  none_sorted: { has: [], sorted: true },
  [customer]: { has: [customer] },
  [date]: { has: [date] },
  [preferences]: { has: [preferences] },
  both: { has: [customer, date] },
  both_sorted: { has: [customer, date], sorted: true },
  all: { has: [customer, date, preferences] },
  all_sorted: { has: [customer, date, preferences], sorted: true },
};
const written = ['none', customer, date, 'both'];

const rules = representativeRules({
  asOf: sql`${AS_OF}::timestamptz`,
  store: 'Store 40',
  preferences: { diet: 'vegan' },
  rarePreferences: { vip: true },
});
const ruleNames = Object.keys(rules) as RuleName[];

/** What a round measured: row, then variant. */
type Times<Row extends string> = Partial<Record<Row, Record<string, number>>>;

/** Runs `work` where there are only the indexes of the variant, and takes everything back. */
async function within<T>(client: Client, name: string, work: () => Promise<T>): Promise<T> {
  const { has, sorted } = variants[name];
  await client.query('BEGIN');
  for (const index of coveringIndexes) if (!has.includes(index.name)) await client.query(sql`DROP INDEX ${raw(index.name)}`);
  if (sorted) await client.query('SET LOCAL enable_hashagg = off');
  try {
    return await work();
  } finally {
    await client.query('ROLLBACK');
  }
}

/** Milliseconds of each rule in each variant. The variants of a rule follow upon each other: what else the machine does meets them all. */
async function countRound(client: Client, round: number, answers: Record<string, Set<string>>): Promise<Times<RuleName>> {
  const times: Times<RuleName> = {};
  for (const rule of ruleNames)
    for (const variant of inTurn(Object.keys(variants), round)) {
      const [total, ms] = await within(client, variant, async () => {
        const began = performance.now();
        const { rows } = await client.query<{ total: string }>(rules[rule]);
        return [rows[0].total, performance.now() - began];
      });
      (times[rule] ??= {})[variant] = ms;
      (answers[rule] ??= new Set()).add(total);
    }
  return times;
}

const figures = ['ms', 'wal_per_row', 'wal_per_row_after_checkpoint'] as const;
type Figure = (typeof figures)[number];

/** Purchases of random customers, now. */
async function insertBatches(client: Client, variant: string, purchases: number): Promise<Record<Figure, number>> {
  const percent = (200 * BATCH_ROWS) / purchases; // twice what is taken: a sample may be short
  await client.query('CHECKPOINT');
  const batches = await within(client, variant, async () => {
    const batches: { ms: number; wal: number }[] = [];
    for (let batch = 0; batch < BATCHES; batch++) {
      await client.query(sql`
        CREATE TEMP TABLE batch AS
        SELECT * FROM purchase_history TABLESAMPLE BERNOULLI (${raw(String(percent))}) LIMIT ${raw(String(BATCH_ROWS))}`);
      await client.query('UPDATE batch SET id = gen_random_uuid(), ticket_id = gen_random_uuid(), purchase_date = now()');
      const { rows } = await client.query<{ 'QUERY PLAN': [{ 'Execution Time': number; Plan: { 'WAL Bytes': number } }] }>(
        'EXPLAIN (ANALYZE, WAL, FORMAT JSON) INSERT INTO purchase_history TABLE batch',
      );
      await client.query('DROP TABLE batch');
      const [plan] = rows[0]['QUERY PLAN'];
      batches.push({ ms: plan['Execution Time'], wal: plan.Plan['WAL Bytes'] / BATCH_ROWS });
    }
    return batches;
  });
  await client.query('VACUUM purchase_history');
  return {
    ms: Math.round(median(batches.slice(BATCHES / 2).map(({ ms }) => ms))), // the caches are warm by then
    wal_per_row: Math.round(batches.at(-1)!.wal),
    wal_per_row_after_checkpoint: Math.round(batches[0].wal),
  };
}

/** The variants of a round, each round beginning with another one and every second one backwards: no variant always comes after the same other. */
function inTurn(names: string[], round: number): string[] {
  const turned = names.map((_, at) => names[(at + round) % names.length]);
  return round % 2 === 0 ? turned : turned.reverse();
}

async function measure(client: Client, purchases: number) {
  const answers: Record<string, Set<string>> = {};
  await countRound(client, 0, answers); // warms the caches
  const counted: Times<RuleName>[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    counted.push(await countRound(client, round, answers));
    console.log(`counting, round ${round} of ${ROUNDS}`);
  }
  for (const [rule, totals] of Object.entries(answers))
    if (totals.size > 1) throw new Error(`Two plans of ${rule} differ in their answer: ${[...totals].join(' and ')}`);

  const inserted: Times<Figure>[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const costs: Times<Figure> = { ms: {}, wal_per_row: {}, wal_per_row_after_checkpoint: {} };
    for (const variant of inTurn(written, round)) {
      const cost = await insertBatches(client, variant, purchases);
      for (const figure of figures) costs[figure]![variant] = cost[figure];
    }
    inserted.push(costs);
    console.log(`writing, round ${round} of ${ROUNDS}`);
  }
  return {
    matched: Object.fromEntries(ruleNames.map((rule) => [rule, Number([...answers[rule]][0])])),
    count_ms: summary(counted, ruleNames, Object.keys(variants), (times, variant) => times[variant]),
    times_faster: summary(counted, ruleNames, Object.keys(variants), (times, variant) => times.none / times[variant]),
    insert_10k: summary(inserted, figures, written, (costs, variant) => costs[variant]),
    insert_times_slower: summary(inserted, ['ms'], written, (costs, variant) => costs[variant] / costs.none),
  };
}

/** The median over the rounds, for each row and variant. A ratio is taken within a round, before the median. */
const summary = <Row extends string>(
  rounds: Times<Row>[],
  names: readonly Row[],
  of: string[],
  figure: (row: Record<string, number>, variant: string) => number,
) => {
  const rounded = (value: number) => Number(value.toPrecision(3));
  const cell = (name: Row, variant: string) => rounded(median(rounds.map((round) => figure(round[name]!, variant))));
  return Object.fromEntries(
    names.map((name) => [name, Object.fromEntries(of.map((variant) => [variant, cell(name, variant)]))]),
  );
};

/** How large the indexes are, and how large doctor would have said they become. */
async function sizes(client: Client) {
  const queryable = { query: async (text: string, values?: unknown[]) => (await client.query<object>(text, values)).rows };
  const sizes: Record<string, Record<'built_mb' | 'estimated_mb' | 'ratio', number>> = {};
  for (const index of coveringIndexes) {
    const estimated = await estimateBytes(queryable, await tableSize(queryable, 'public', index.table), index);
    const { rows } = await client.query<{ bytes: string }>(sql`SELECT pg_relation_size(${index.name}::regclass) AS bytes`);
    const built = Number(rows[0].bytes);
    const mb = (bytes: number) => Number((bytes / 2 ** 20).toFixed(1));
    sizes[index.name] = { built_mb: mb(built), estimated_mb: mb(estimated), ratio: Number((estimated / built).toFixed(2)) };
  }
  return sizes;
}

/** A copy of the kept database: its indexes and what is rolled back in it are this benchmark's own. */
async function onCopy<T>(seeded: SeededDatabase, work: (client: Client) => Promise<T>): Promise<T> {
  const original = new URL(seeded.url).pathname.slice(1);
  const copy = `${original}_index_gain`;
  const connect = async (database: string) => {
    const connectionString = Object.assign(new URL(seeded.url), { pathname: `/${database}` }).href;
    const client = new Client({ connectionString, options: '-c timezone=UTC' });
    await client.connect();
    return client;
  };
  const admin = await connect('postgres');
  try {
    await admin.query(sql`DROP DATABASE IF EXISTS ${raw(copy)}`);
    await admin.query(sql`CREATE DATABASE ${raw(copy)} TEMPLATE ${raw(original)} STRATEGY file_copy`);
    const client = await connect(copy);
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  } finally {
    await admin.query(sql`DROP DATABASE IF EXISTS ${raw(copy)} WITH (FORCE)`);
    await admin.end();
  }
}

async function main(): Promise<void> {
  const seeded = await openSeeded(process.argv[2] ?? '100k/1m');
  try {
    await onCopy(seeded, async (client) => {
      await client.query("SET maintenance_work_mem = '512MB'");
      for (const index of coveringIndexes)
        await client.query(raw(createIndex({ schema: 'public', name: index.table }, index.name, index)));
      await client.query('VACUUM (ANALYZE) users');
      await client.query('VACUUM (ANALYZE) purchase_history');
      const found = { size: await sizes(client), ...(await measure(client, seeded.size.purchases)) };
      for (const table of [found.size, found.count_ms, found.times_faster, found.insert_10k]) console.table(table);
      keep('index-gain', { data: seeded.label, rounds: ROUNDS, batch_rows: BATCH_ROWS, ...found });
    });
  } finally {
    await seeded.close();
  }
}

void main();
