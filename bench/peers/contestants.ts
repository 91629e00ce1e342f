import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Settings } from './contestant';
import type { Newest } from './newest';
import type { Player } from './playing';

export interface Entry {
  name: string;
  player: Player;
  /** The settings it may be at its best with: the fastest on a part of the jobs goes into the rounds. */
  candidates: Settings[];
  /** It has no candidates: it runs with the settings that were found for this one. */
  like?: string;
  /** Its jobs lie in this template. */
  template: string;
  /** `http`: through a service process. `snapshot`: beside a neighbour's idle transaction. `log`: Redis with an append-only file. */
  how: 'sql' | 'http' | 'snapshot' | 'redis' | 'redis, log';
  /** How many are not settled, as one row with `left`; Redis is asked by its own. */
  unsettled?: string;
  /** What a settled job survives. */
  durability: string;
}

const here = { node: process.execPath, packages: join(__dirname, '..') };
const FLUSHED = 'every commit flushed (synchronous_commit on)';

/** As many connections in all, whether of one process or of several. */
const WORKERS = 4;
const arrangements = [1, 2, 4].map((processes) => ({ processes, workers: WORKERS / processes }));

/** More processes than cores were slower for everyone, each time, and only cost the benchmark time. */
const worthTrying = (candidates: Settings[]) => candidates.filter(({ processes }) => processes <= availableParallelism());

const ours = (name: string, how: Entry['how'], candidates: Settings[]): Entry => ({
  name,
  how,
  candidates: worthTrying(candidates),
  player: { ...here, script: how === 'http' ? 'ours-http.ts' : 'ours.ts' },
  template: 'ours',
  unsettled: 'SELECT sum(total - sent) AS left FROM crm.dispatch_lanes',
  durability: FLUSHED,
});

export const oursBySql = (batch: number): Entry =>
  ours(`claim + settle, SQL, ${batch}`, 'sql', arrangements.map((each) => ({ ...each, batch }))); // prettier-ignore

export const oursByHttp = ours('claim + settle, HTTP, 500', 'http', [{ processes: 1, workers: WORKERS, batch: 500 }]);

export const oursBesideSnapshot: Entry = {
  ...ours('claim + settle, SQL, 500, idle snapshot', 'snapshot', []),
  like: oursBySql(500).name,
};

type Versions = { graphile: string; boss: string; bull: string };

/** The queues of one Node. */
function queues(versions: Versions, on: Omit<Player, 'script'>, redis: boolean): Entry[] {
  const bull: Entry = {
    name: `BullMQ ${versions.bull}`,
    how: 'redis',
    player: { ...on, script: 'bullmq.ts' },
    template: `bullmq_${Number.parseInt(versions.bull)}`,
    candidates: worthTrying([
      { processes: 1, workers: 4, concurrency: 25 },
      { processes: 1, workers: 4, concurrency: 100 },
      { processes: 2, workers: 2, concurrency: 25 },
      { processes: 2, workers: 2, concurrency: 100 },
      { processes: 4, workers: 1, concurrency: 100 },
    ]),
    durability: 'Redis as it comes: snapshots only, a crash loses a minute or more; the job is removed',
  };
  return [
    {
      name: `graphile-worker ${versions.graphile}`,
      how: 'sql',
      player: { ...on, script: 'graphile-worker.ts' },
      template: `graphile_${versions.graphile.replaceAll('.', '_')}`,
      candidates: worthTrying([
        { processes: 1, concurrency: 24, local_queue: 500 },
        { processes: 1, concurrency: 100, local_queue: 1000 },
        { processes: 2, concurrency: 24, local_queue: 500 },
        { processes: 4, concurrency: 24, local_queue: 500 },
      ]),
      unsettled: 'SELECT count(*) AS left FROM graphile_worker._private_jobs',
      durability: `${FLUSHED}; the row is deleted`,
    },
    {
      name: `pg-boss ${versions.boss}`,
      how: 'sql',
      player: { ...on, script: 'pg-boss.ts' },
      template: `boss_${Number.parseInt(versions.boss)}`,
      candidates: worthTrying([
        { processes: 1, workers: WORKERS, batch: 100 },
        { processes: 1, workers: WORKERS, batch: 500 },
        { processes: 2, workers: WORKERS / 2, batch: 500 },
        ...(versions.boss.startsWith('10.') ? [{ processes: 1, workers: WORKERS, batch: 500, fifo: 0 }] : []),
      ]),
      unsettled: "SELECT count(*) AS left FROM pgboss.job WHERE state <> 'completed'",
      durability: FLUSHED,
    },
    ...(redis ? [bull] : []),
  ];
}

const version = (packages: string, name: string): string =>
  (require(join(packages, 'node_modules', name, 'package.json')) as { version: string }).version; // eslint-disable-line @typescript-eslint/no-require-imports

const versionsIn = (packages: string): Versions => ({
  graphile: version(packages, 'graphile-worker'),
  boss: version(packages, 'pg-boss'),
  bull: version(packages, 'bullmq'),
});

/** @param redis whether there is one: BullMQ then runs with and without an append-only file. */
export function peersHere(redis: boolean): Entry[] {
  const peers = queues(versionsIn(here.packages), here, redis);
  const withLog = peers
    .filter(({ how }) => how === 'redis')
    .map((bull) => ({
      ...bull,
      name: `${bull.name}, appendonly`,
      how: 'redis, log' as const,
      candidates: [],
      like: bull.name,
      durability: 'appendonly yes, appendfsync everysec: a crash loses up to a second; the job is removed',
    }));
  return [...peers, ...withLog];
}

export const peersNewest = ({ node, packages }: Newest, redis: boolean): Entry[] =>
  queues(versionsIn(packages), { node, packages }, redis);
