/*
 * Ten times what the service can do, for a minute: previews that PostgreSQL has to count, each of another rule, beside a look at its health ten times a
 * second. What is accepted, what is turned away and how, what the process needs for it, and how long until all is as before.
 */
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { raw, sql } from '../src/common/sql';
import { parseMetrics } from '../test/support/prometheus';
import { keep, start } from './measure';
import { openSeeded } from './seeded-database';

const SECONDS = Number(process.argv[2] ?? 60);
const TIMES = 10;
/** As many as the service asks PostgreSQL at a time, which has this machine's processors: what it can do is what they get done. */
const AT_ONCE = Number(process.env.RULES_AT_ONCE ?? availableParallelism());
const CAPACITY_SECONDS = 10;
const HEALTH_EVERY_MS = 100;
/** Answers in a row that say that all is as before. */
const IN_A_ROW = 5;
const TOKEN = 'a-token-for-the-benchmark';
const SCHEMA = 'crm_overload';
const authorization = `Bearer ${TOKEN}`;

interface Answer {
  status: number;
  ms: number;
  mayComeAgain: boolean;
}

async function main(): Promise<void> {
  const seeded = await openSeeded('100k/1m');
  const service = await start(
    [process.execPath, 'dist/main.js'],
    {
      ...{ DATABASE_URL: seeded.url, DATABASE_SCHEMA: SCHEMA, PORT: '0', HOST: '127.0.0.1', ADMIN_TOKENS: TOKEN },
      ...{ DEMO_DATA: 'off', COLUMN_INDEX: 'off', LOG_LEVEL: 'error', RULES_AT_ONCE: String(AT_ONCE) },
    },
    /http:\/\/[^\s/]+:(\d+)/,
  );
  const base = `http://127.0.0.1:${service.found}`;
  let asked = 0;
  const outcomes = new Map<string, number>();
  const timed = async (path: string, init?: RequestInit): Promise<Answer> => {
    const began = performance.now();
    const answer = await fetch(base + path, init);
    const body = await answer.text();
    const problem = answer.ok ? '' : /problem:([a-z-]+)/.exec(body)?.[1];
    outcomes.set(
      `${answer.status} ${problem ?? body.slice(0, 100)}`,
      (outcomes.get(`${answer.status} ${problem ?? body.slice(0, 100)}`) ?? 0) + 1,
    );
    return { status: answer.status, ms: performance.now() - began, mayComeAgain: answer.headers.has('retry-after') };
  };
  /** Of another rule each time: the same question at the same time is asked once. */
  const preview = () =>
    timed('/segments/preview', {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ filters: { last_days: 30, min_total_spent: (5000 + (++asked % 100_000)) / 100 } }),
    });
  const figure = async (name: string) => {
    const answer = await fetch(`${base}/metrics`, { headers: { authorization } });
    const series = parseMetrics(await answer.text());
    return series.find((one) => one.name === name && [undefined, '0.99'].includes(one.labels.quantile))?.value ?? NaN;
  };
  try {
    const capacity = await perSecond(preview);
    const offered = Math.ceil(TIMES * capacity);
    const over = new AbortController();
    const health = every(HEALTH_EVERY_MS, over.signal, () => timed('/health/live'));
    const memory = every(1000, over.signal, () => figure('crm_process_resident_memory_bytes'));
    const delays = every(1000, over.signal, () => figure('crm_event_loop_delay_seconds'));
    const loading = every(1000 / offered, over.signal, preview);
    await sleep(SECONDS * 1000);
    over.abort();
    const ended = performance.now();
    const recovery = await recovered(preview);
    const [answers, lives] = [await loading, await health];
    const accepted = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status !== 200);
    const figures = {
      capacity_per_second: rounded(capacity),
      offered_per_second: rounded(answers.length / SECONDS),
      accepted_per_second: rounded(accepted.length / SECONDS),
      accepted_p99_ms: p99(accepted),
      refused_p99_ms: p99(refused),
      refused_otherwise: refused.filter(({ status, mayComeAgain }) => ![429, 503].includes(status) || !mayComeAgain).length,
      health_p99_ms: p99(lives),
      health_refused: lives.filter(({ status }) => status !== 200).length,
      rss_mb_at_most: rounded(Math.max(...(await memory)) / 2 ** 20),
      event_loop_p99_ms_at_most: rounded(1000 * Math.max(...(await delays))),
      recovery_seconds: rounded((recovery - ended) / 1000),
    };
    console.table(figures);
    console.table(Object.fromEntries(outcomes));
    console.log(JSON.stringify(figures));
    const goal =
      'health_p99_ms < 100, accepted_p99_ms < 2000, rss_mb_at_most < 512, recovery_seconds <= 5, refused_otherwise = 0, accepted_per_second ~ capacity';
    keep('overload', { seconds: SECONDS, times: TIMES, rules_at_once: AT_ONCE, goal, medians: figures });
  } finally {
    await service.stop();
    const client = await seeded.connect();
    await client.query(sql`DROP SCHEMA IF EXISTS ${raw(SCHEMA)} CASCADE`);
    await client.end();
    await seeded.close();
  }
}

/** What gets done in a second where nothing is turned away. */
async function perSecond(ask: () => Promise<Answer>): Promise<number> {
  const until = performance.now() + CAPACITY_SECONDS * 1000;
  let done = 0;
  const caller = async () => {
    while (performance.now() < until) {
      const { status } = await ask();
      if (status !== 200) throw new Error(`A preview was answered with ${status}: what the service can do is not known`);
      done++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  return done / CAPACITY_SECONDS;
}

/** Begins one each so many ms, whether the ones before have ended or not; ends when all have. */
async function every<T>(ms: number, signal: AbortSignal, work: () => Promise<T>): Promise<T[]> {
  const began = performance.now();
  const all: Promise<T>[] = [];
  while (!signal.aborted) {
    while (all.length * ms < performance.now() - began) all.push(work());
    await sleep(Math.min(ms, 20), undefined, { signal }).catch(() => undefined);
  }
  return Promise.all(all);
}

/** @returns when the first of those in a row was asked that were all answered */
async function recovered(ask: () => Promise<Answer>): Promise<number> {
  for (let [row, first] = [0, performance.now()]; ;) {
    const began = performance.now();
    const { status } = await ask();
    if (status !== 200) {
      row = 0;
      await sleep(50);
      continue;
    }
    if (row++ === 0) first = began;
    if (row === IN_A_ROW) return first;
  }
}

const p99 = (answers: Answer[]): number => {
  const sorted = answers.map(({ ms }) => ms).sort((one, other) => one - other);
  return rounded(sorted[Math.floor(sorted.length * 0.99)] ?? 0);
};
const rounded = (value: number): number => Math.round(value * 10) / 10;

void main();
