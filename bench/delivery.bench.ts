/*
 * How fast claim and settle are beside the best queues: everything enqueued before, a handler that does nothing, four workers, and the
 * clock from the word to go until all is settled. `delivery 60000 5`: jobs and rounds.
 */
import { keep, median } from './measure';
import { claimBehind } from './peers/claim-behind';
import type { Settings } from './peers/contestant';
import { type Entry, oursBesideSnapshot, oursByHttp, oursBySql, peersHere, peersNewest } from './peers/contestants';
import { openNewest } from './peers/newest';
import { RedisGround } from './peers/redis-ground';
import { type Run, Runs } from './peers/runs';

const JOBS = Number(process.argv[2] ?? 60_000);
const ROUNDS = Number(process.argv[3] ?? 5);
/** Sent behind a claim: 1M beside 10k where there are so many jobs, else less of both. */
const MANY = JOBS >= 50_000 ? 1_000_000 : 10 * JOBS;
const FEW = MANY / 100;

type Round = Map<string, Run>;
interface Goal {
  name: string;
  goal: string;
  met: (value: number) => boolean;
  /** One figure a round. */
  values: number[];
}

const [at100, at500] = [oursBySql(100), oursBySql(500)];
const atLeast = (limit: number) => ({ goal: `>= ${limit}`, met: (value: number) => value >= limit });
const atMost = (limit: number) => ({ goal: `<= ${limit}`, met: (value: number) => value <= limit });

const wal = (rounds: Round[], entry: Entry) => rounds.map((round) => round.get(entry.name)!.wal_bytes_per_job!);

/** What is compared: a contestant's speed beside another's, in the same round. */
function goals(rounds: Round[], peers: Entry[], behind: { many_to_few: number }[]): Goal[] {
  const ratios = (a: Entry, b: Entry) =>
    rounds.map((round) => round.get(a.name)!.per_second / round.get(b.name)!.per_second);
  const beside = (ours: Entry, prefix: string, limit: number): Goal[] =>
    peers
      .filter(({ name }) => name.startsWith(prefix))
      .map((peer) => ({ name: `${ours.name} : ${peer.name}`, ...atLeast(limit), values: ratios(ours, peer) }));
  return [
    ...beside(at100, 'graphile-worker', 1.3),
    ...beside(at500, 'graphile-worker', 3),
    ...beside(at500, 'pg-boss', 4),
    ...beside(at500, 'BullMQ', 8),
    { name: 'HTTP : SQL, batch 500', ...atLeast(0.5), values: ratios(oursByHttp, at500) },
    { name: 'idle snapshot : normal, batch 500', ...atLeast(0.6), values: ratios(oursBesideSnapshot, at500) },
    { name: `claim p50, ${MANY} sent behind it : ${FEW}`, ...atMost(2), values: behind.map((each) => each.many_to_few) },
    { name: 'bytes of WAL a notification, batch 100', ...atMost(300), values: wal(rounds, at100) },
    { name: 'bytes of WAL a notification, batch 500', ...atMost(300), values: wal(rounds, at500) },
  ];
}

/** Whom to compare with, and loudly whom not. */
function findPeers() {
  const skipped: string[] = [];
  const redis = RedisGround.version();
  if (!redis) skipped.push('BullMQ: there is no redis-server here (apt-get install redis-server)');
  const newest = openNewest();
  if (typeof newest === 'string') skipped.push(`the newest graphile-worker, pg-boss and BullMQ: ${newest}`);
  for (const what of skipped) console.error(`\n!!! SKIPPED ${what}\n`);
  const peers = [...peersHere(Boolean(redis)), ...(typeof newest === 'string' ? [] : peersNewest(newest, Boolean(redis)))];
  return { peers, skipped, redis, newest_node: typeof newest === 'string' ? undefined : newest.nodeVersion };
}

async function main(): Promise<void> {
  const { peers, skipped, redis, newest_node } = findPeers();
  const runs = await Runs.open(JOBS);
  try {
    const entries = [at100, at500, oursByHttp, oursBesideSnapshot, ...peers];
    const settings = new Map<string, Settings>();
    for (const entry of entries) {
      await runs.enqueue(entry);
      settings.set(entry.name, entry.like ? settings.get(entry.like)! : await runs.best(entry));
    }

    const rounds: Round[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      const round: Round = new Map();
      const began = performance.now();
      // each round begins with another, so that nobody always follows the same one
      for (const entry of [...entries.slice(i % entries.length), ...entries.slice(0, i % entries.length)])
        round.set(entry.name, await runs.run(entry, settings.get(entry.name)!));
      rounds.push(round);
      console.log(`round ${i + 1} of ${ROUNDS}, ${Math.round((performance.now() - began) / 1000)} s`);
      console.table(Object.fromEntries(entries.map(({ name }) => [name, round.get(name)])));
    }
    const behind = await claimBehind(runs.postgres, MANY, FEW, ROUNDS);
    console.table(behind);

    const results = goals(rounds, peers, behind).map(({ name, goal, met, values }) => {
      const value = Number(median(values).toPrecision(3));
      return { name, median: value, goal, met: met(value), rounds: values.map((each) => Number(each.toPrecision(3))) };
    });
    console.table(results.map((each) => ({ ...each, rounds: each.rounds.join(' ') })));
    keep('delivery', {
      jobs: JOBS,
      rounds: ROUNDS,
      postgres: await runs.postgres.version(),
      redis,
      newest_node,
      skipped,
      results,
      contestants: entries.map((entry) => ({
        name: entry.name,
        settings: settings.get(entry.name),
        durability: entry.durability,
        per_second: median(rounds.map((round) => round.get(entry.name)!.per_second)),
        ...(entry.how.startsWith('redis') ? {} : { wal_bytes_per_job: median(wal(rounds, entry)) }),
        rounds: rounds.map((round) => round.get(entry.name)!.per_second),
      })),
      claim_behind: behind,
    });
  } finally {
    await runs.close();
  }
}

void main();
