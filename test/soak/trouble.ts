import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from '../faults/chance';
import type { FreshDatabase } from '../support/database';

export interface TroubleFigures {
  worker_kills: number;
  worker_pauses: number;
  terminations: number;
}

const WORKERS = 3;
/** The least that a lease may have: what a killed worker held waits as long for the next one. */
const LEASE_SECONDS = '5';
/** A worker is stopped for one to three leases. */
const PAUSE_MS = [5_000, 15_000] as const;

/** Processes of examples/worker.mjs; whoever dies is replaced. */
export function startWorkers(env: { CRM_URL: string; CRM_TOKEN: string; PROVIDER_URL: string }) {
  const running = new Set<ChildProcess>();
  const stop = new AbortController();
  const start = () => {
    const child = spawn(process.execPath, [join(__dirname, '../../examples/worker.mjs')], {
      env: { PATH: process.env.PATH, ...env, LEASE_SECONDS },
      stdio: 'ignore',
    });
    running.add(child);
    child.once('close', () => {
      running.delete(child);
      if (!stop.signal.aborted) start();
    });
  };
  for (let count = 0; count < WORKERS; count++) start();
  const leave = () => running.forEach((child) => child.kill('SIGKILL'));
  process.once('exit', leave);
  return {
    all: () => [...running],
    stop: () => {
      stop.abort();
      leave();
      process.off('exit', leave);
    },
  };
}

/** Now and then ends a connection of the service, kills a worker, stops one for longer than its lease; until `signal`. */
export async function makeTrouble(
  workers: () => ChildProcess[],
  database: Pick<FreshDatabase, 'query'>,
  chance: Chance,
  signal: AbortSignal,
): Promise<TroubleFigures> {
  const figures: TroubleFigures = { worker_kills: 0, worker_pauses: 0, terminations: 0 };
  const every = async (ms: number, work: () => unknown) => {
    while (!signal.aborted) {
      await sleep(ms / 2 + chance.below(ms), undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await work();
    }
  };
  await Promise.all([
    every(10_000, async () => {
      const ended = await database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name LIKE 'crm-service%' ORDER BY random() LIMIT 1`,
      );
      figures.terminations += ended.length;
    }),
    every(20_000, () => {
      if (chance.pick(workers())?.kill('SIGKILL')) figures.worker_kills++;
    }),
    every(30_000, async () => {
      const worker = chance.pick(workers());
      if (!worker?.kill('SIGSTOP')) return;
      figures.worker_pauses++;
      await sleep(PAUSE_MS[0] + chance.below(PAUSE_MS[1] - PAUSE_MS[0]));
      worker.kill('SIGCONT');
    }),
  ]);
  return figures;
}
