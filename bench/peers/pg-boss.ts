import { setTimeout as sleep } from 'node:timers/promises';
import { load, play, type Task } from './contestant';

interface Boss {
  on(event: 'error', handler: (error: Error) => void): void;
  start(): Promise<unknown>;
  stop(options: object): Promise<void>;
  createQueue(name: string): Promise<unknown>;
  /** Until 10 the jobs name their queue, later it is the first argument. */
  insert(...args: unknown[]): Promise<unknown>;
  fetch(name: string, options: object): Promise<{ id: string }[]>;
  complete(name: string, ids: string[]): Promise<unknown>;
}
type BossClass = new (options: object) => Boss;

const QUEUE = 'notify';
/** Asked of before the start, so that every connection is there. */
const EMPTY = 'empty';
const INSERT = 5000;

async function open(task: Task, connections: number): Promise<Boss> {
  const module = load<BossClass | { PgBoss: BossClass }>(task, 'pg-boss');
  const PgBoss = 'PgBoss' in module ? module.PgBoss : module;
  // without its housekeeping, which would only cost it
  const boss = new PgBoss({ connectionString: task.url, max: connections, supervise: false, schedule: false });
  boss.on('error', (error) => {
    throw error;
  });
  await boss.start();
  return boss;
}

/*
 * fetch() and complete(), each a statement for the whole batch, in loops without a pause: what work() does at its fastest; in 10 it
 * waits for its polling interval, half a second or more, after every batch. `workers` loops, `batch` jobs, `fifo`: 0 lets 10 pass over priorities.
 */
play({
  fill: async (task) => {
    const boss = await open(task, 2);
    for (const name of [QUEUE, EMPTY]) await boss.createQueue(name);
    const { version } = load<{ version: string }>(task, 'pg-boss/package.json');
    const named = Number.parseInt(version) < 11;
    for (let at = 0; at < task.jobs; at += INSERT) {
      const jobs = Array.from({ length: Math.min(INSERT, task.jobs - at) }, (_, i) => ({
        name: QUEUE,
        data: { id: at + i },
      }));
      await (named ? boss.insert(jobs) : boss.insert(QUEUE, jobs.map(({ data }) => ({ data })))); // prettier-ignore
    }
    await boss.stop({ graceful: false });
  },

  workers: async (task, settled) => {
    const { workers, batch, fifo } = task.settings;
    const boss = await open(task, workers);
    await Promise.all(Array.from({ length: workers }, () => boss.fetch(EMPTY, {})));
    let stopped = false;
    const loop = async () => {
      while (!stopped) {
        const jobs = await boss.fetch(QUEUE, { batchSize: batch, ...(fifo === 0 ? { priority: false } : {}) });
        if (jobs.length === 0) await sleep(2);
        else await boss.complete(QUEUE, jobs.map(({ id }) => id)); // prettier-ignore
        settled(jobs.length);
      }
    };
    return {
      run: async () => void (await Promise.all(Array.from({ length: workers }, loop))),
      close: () => {
        stopped = true;
        return boss.stop({ graceful: false });
      },
    };
  },
});
