/*
 * A live count through the column index, beside a tight C loop over the same columns and beside DuckDB in this process: the same ten
 * questions of the same data, in turn. And what the index costs: to build, in memory, and whoever else wants the event loop.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { ColumnIndex } from '../src/segments/column-index/column-index';
import type { FilterSet } from '../src/segments/filters';
import { parseRule, type RuleNode } from '../src/segments/rules/rule';
import { type CScan, startCScan } from './c-scan';
import { type DuckDb, openDuckDb } from './duckdb';
import { keep, median } from './measure';
import { type Question, type QuestionName, questionNames, questions } from './rules';
import { AS_OF } from './seed';
import { openSeeded, type SeededDatabase } from './seeded-database';

const ROUNDS = Number(process.argv[3] ?? 9);
const BUILDS = 3;

type Side = 'index' | 'c_by_time' | 'c_by_customer' | 'duckdb' | 'duckdb_dense';
type Answer = { total: number } & Partial<Record<Side, number>>;

const rounded = (value: number) => Number(value.toPrecision(3));
const node = (rule: object): RuleNode => parseRule(rule, () => ({}));

const twenty: FilterSet[] = Array.from({ length: 20 }, (_, i) => ({
  last_days: [30, 60, 90, 180, 365][i % 5],
  min_total_spent: 50 * (i + 1),
  ...(i % 2 === 0 && { stores_in: ['Store 02', `Store ${String(10 + i)}`] }),
}));

/** How late the event loop was while `work` went on, in ms: 99 of 100 times no more than that. */
async function delayWhile<T>(work: () => Promise<T>): Promise<[answer: T, p99: number]> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const answer = await work();
  delay.disable();
  return [answer, rounded(delay.percentile(99) / 1e6)];
}

/** Builds the index anew so many times, and leaves the last one. */
async function build(database: SeededDatabase) {
  const ms: number[] = [];
  for (let made = 1; ; made++) {
    const index = new ColumnIndex({
      ROLES: ['api'],
      COLUMN_INDEX: 'auto',
      COLUMN_INDEX_MEMORY_MB: 2048,
      COLUMN_INDEX_FROM_PURCHASES: 0,
      DATABASE_URL: database.url,
      DATABASE_SCHEMA: 'crm',
      CUSTOMERS_SCHEMA: 'public',
    });
    const began = performance.now();
    index.onApplicationBootstrap();
    await index.refresh();
    ms.push(performance.now() - began);
    console.log(`built in ${Math.round(ms.at(-1)!)} ms`, index.state());
    if (made === BUILDS) return { index, ms: median(ms) };
    await index.onModuleDestroy();
  }
}

async function countOf(index: ColumnIndex, rules: object[]): Promise<number[]> {
  const counted = await index.count(rules.map(node), AS_OF);
  if (!counted) throw new Error('The index does not answer');
  return counted.totals.map(([total]) => total);
}

async function timed(side: Side, count: () => Promise<number>): Promise<Answer> {
  const began = performance.now();
  const total = await count();
  return { total, [side]: performance.now() - began };
}

/** One question, asked of every side, `rounds` times in turn. @throws where two answers differ. */
async function compare(name: QuestionName, index: ColumnIndex, c: CScan | undefined, duckdb: DuckDb) {
  const question: Question = questions[name];
  const sides: (() => Promise<Answer>)[] = [
    () => timed('index', async () => (await countOf(index, [question.rule]))[0]),
    () => timed('duckdb', () => duckdb.count('same', question.duckdb)),
    () => timed('duckdb_dense', () => duckdb.count('dense', question.duckdb)),
  ];
  if (c)
    sides.push(async () => {
      const { total, byTime, byCustomer } = await c.ask(question.c);
      return { total, c_by_time: byTime, c_by_customer: byCustomer };
    });
  const ms: Record<Side, number[]> = { index: [], c_by_time: [], c_by_customer: [], duckdb: [], duckdb_dense: [] };
  const totals = new Set<number>();
  for (let round = -1; round < ROUNDS; round++)
    for (const ask of sides) {
      const { total, ...times } = await ask();
      totals.add(total);
      if (round < 0) continue; // the first time warms caches, and compiles
      for (const [side, time] of Object.entries(times)) ms[side as Side].push(time);
    }
  if (totals.size !== 1) throw new Error(`${name} is answered in several ways: ${[...totals].join(', ')}`);
  const of = Object.fromEntries(Object.entries(ms).map(([side, times]) => [side, rounded(median(times))])) as Record<
    Side,
    number
  >;
  return {
    matched: [...totals][0],
    ...of,
    times_c: rounded(of.index / of.c_by_customer),
    faster_than_duckdb: rounded(Math.min(of.duckdb, of.duckdb_dense) / of.index),
  };
}

async function main(): Promise<void> {
  const database = await openSeeded(process.argv[2]);
  try {
    const c = await startCScan(database);
    const duckdb = await openDuckDb(database);
    const [{ index, ms: buildMs }, delay_building] = await delayWhile(() => build(database));
    const { purchases, bytes } = index.state();
    const counts: Partial<Record<QuestionName, Awaited<ReturnType<typeof compare>>>> = {};
    for (const name of questionNames) {
      counts[name] = await compare(name, index, c, duckdb);
      console.log(name, counts[name]);
    }
    console.table(counts);

    const [twentyMs, delay_answering] = await delayWhile(async () => {
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        for (const name of questionNames) await countOf(index, [questions[name].rule]);
        const began = performance.now();
        await countOf(index, twenty);
        times.push(performance.now() - began);
      }
      return median(times);
    });
    const found = {
      slowest_ms: Math.max(...Object.values(counts).map(({ index }) => index)),
      most_times_c: Math.max(...Object.values(counts).map(({ times_c }) => times_c)),
      faster_than_duckdb: median(Object.values(counts).map(({ faster_than_duckdb }) => faster_than_duckdb)),
      least_faster_than_duckdb: Math.min(...Object.values(counts).map(({ faster_than_duckdb }) => faster_than_duckdb)),
      twenty_rules_ms: rounded(twentyMs),
      purchases_per_second: Math.round((purchases / buildMs) * 1000),
      bytes_per_purchase: rounded(bytes / purchases),
      loop_delay_p99_building_ms: delay_building,
      loop_delay_p99_answering_ms: delay_answering,
    };
    console.log(found);
    keep(`column-index-${database.label.replace('/', '-')}`, {
      data: database.label,
      rounds: ROUNDS,
      builds: BUILDS,
      found,
      counts,
    });
    await index.onModuleDestroy();
    duckdb.close();
    c?.close();
  } finally {
    await database.close();
  }
}

void main();
