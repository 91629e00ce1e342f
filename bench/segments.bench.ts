/*
 * What the compiled statement of a segment costs beside the best we could write by hand for the same question, planned anew and from a
 * cached plan; and beside the way it is done with an ORM, ids to the process and sets in memory.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Client } from 'pg';
import type { Sql } from '../src/common/sql';
import { parseRule } from '../src/segments/rules/rule';
import { SegmentQueryBuilder } from '../src/segments/queries/segment-query.builder';
import { keep, median } from './measure';
import { type QuestionName, questionNames, questions } from './rules';
import { AS_OF } from './seed';
import { openSeeded, type SeededDatabase } from './seeded-database';
import type { Asked, Counted, Way } from './segment-counter';

const ROUNDS = Number(process.argv[3] ?? 5);
/** PostgreSQL plans a prepared statement anew five times before it considers one plan for all values. */
const PLANNED_ANEW = 6;
/** `fresh` leaves the prepared statements out: at 10M purchases one plan for all values takes half a minute a run, by hand as compiled. */
const CACHED = process.argv[4] === undefined;
/** `statements` leaves the ORM's way out too: at 30M purchases it would need gigabytes. */
const BESIDE_ORM = process.argv[4] !== 'statements';

const rounded = (value: number) => Number(value.toPrecision(3));

/** The statements of one question; those with a name are prepared under it. */
function statements(name: QuestionName): Record<'by_hand' | 'compiled', Sql> {
  const rule = parseRule(questions[name].rule, () => ({}));
  return { by_hand: questions[name].byHand, compiled: new SegmentQueryBuilder().count([rule], AS_OF) };
}

async function timed(client: Client, { text, values }: Sql, name?: string): Promise<{ total: string; ms: number }> {
  const began = performance.now();
  const { rows } = await client.query<{ total: string }>({ text, values, name });
  return { total: rows[0].total, ms: performance.now() - began };
}

async function besideByHand(client: Client, name: QuestionName) {
  const { by_hand, compiled } = statements(name);
  const sides = {
    by_hand: () => timed(client, by_hand),
    compiled: () => timed(client, compiled),
    by_hand_cached: () => timed(client, by_hand, `${name} by hand`),
    compiled_cached: () => timed(client, compiled, `${name} compiled`),
  };
  type Side = keyof typeof sides;
  const cached: Side[] = CACHED ? ['by_hand_cached', 'compiled_cached'] : [];
  for (let run = 0; run < PLANNED_ANEW; run++) for (const side of cached) await sides[side]();
  const ms: Record<Side, number[]> = { by_hand: [], compiled: [], by_hand_cached: [], compiled_cached: [] };
  const totals = new Set<string>();
  for (let round = 0; round < ROUNDS; round++)
    for (const side of inTurn<Side>(['by_hand', 'compiled', ...cached], round)) {
      const answer = await sides[side]();
      ms[side].push(answer.ms);
      totals.add(answer.total);
    }
  if (totals.size !== 1) throw new Error(`${name} is answered in two ways: ${[...totals].join(' and ')}`);
  const of = (side: Side) => Math.round(median(ms[side]));
  return {
    matched: Number([...totals][0]),
    by_hand_ms: of('by_hand'),
    compiled_ms: of('compiled'),
    ratio: rounded(median(ms.compiled.map((time, round) => time / ms.by_hand[round]))),
    ...(CACHED && {
      by_hand_cached_ms: of('by_hand_cached'),
      compiled_cached_ms: of('compiled_cached'),
      ratio_cached: rounded(median(ms.compiled_cached.map((time, round) => time / ms.by_hand_cached[round]))),
    }),
  };
}

/** Each round begins with another one. */
const inTurn = <T>(list: T[], round: number): T[] => list.map((_, at) => list[(at + round) % list.length]);

async function startCounter(way: Way, url: string) {
  const child = fork(join(__dirname, 'segment-counter.ts'), [way], {
    execArgv: ['-r', 'ts-node/register'],
    env: { ...process.env, BENCH_DATABASE_URL: url },
  });
  const gone = once(child, 'exit').then(([code]) => Promise.reject(new Error(`The counter has ended with ${code}`)));
  gone.catch(() => undefined);
  const message = async <T>(): Promise<T> => ((await Promise.race([once(child, 'message'), gone])) as [T])[0];
  await message();
  return {
    ask: (rule: object): Promise<Counted> => {
      child.send({ rule } satisfies Asked);
      return message();
    },
    stop: () => child.disconnect(),
  };
}

async function besideOrm(database: SeededDatabase) {
  const [compiled, orm] = [await startCounter('compiled', database.url), await startCounter('orm', database.url)];
  const found: Record<string, object> = {};
  for (const name of questionNames) {
    const rounds: { compiled: Counted; orm: Counted }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { rule } = questions[name];
      rounds.push({ compiled: await compiled.ask(rule), orm: await orm.ask(rule) });
      if (rounds[round].compiled.total !== rounds[round].orm.total)
        throw new Error(`${name}: the ORM's way answers differently`);
    }
    const ms = (way: Way) => Math.round(median(rounds.map((round) => round[way].ms)));
    found[name] = {
      compiled_ms: ms('compiled'),
      orm_ms: ms('orm'),
      times_faster: rounded(median(rounds.map(({ compiled, orm }) => orm.ms / compiled.ms))),
      compiled_rss_mb: Math.max(...rounds.map(({ compiled }) => compiled.rss)),
      orm_rss_mb: Math.max(...rounds.map(({ orm }) => orm.rss)),
    };
    console.log(name, found[name]);
  }
  compiled.stop();
  orm.stop();
  return found;
}

async function main(): Promise<void> {
  const database = await openSeeded(process.argv[2]);
  try {
    const client = await database.connect();
    const beside_by_hand: Partial<Record<QuestionName, Awaited<ReturnType<typeof besideByHand>>>> = {};
    for (const name of questionNames) {
      beside_by_hand[name] = await besideByHand(client, name);
      console.log(name, beside_by_hand[name]);
    }
    await client.end();
    console.table(beside_by_hand);
    const beside_orm = BESIDE_ORM ? await besideOrm(database) : undefined;
    if (beside_orm) console.table(beside_orm);
    keep(`segments-${database.label.replace('/', '-')}`, {
      data: database.label,
      rounds: ROUNDS,
      goal: 'ratio <= 1.15, ratio_cached <= 1.15',
      beside_by_hand,
      beside_orm,
    });
  } finally {
    await database.close();
  }
}

void main();
