import { load, play } from './contestant';

interface Pool {
  connect(): Promise<{ release(): void }>;
  end(): Promise<void>;
}
interface WorkerUtils {
  migrate(): Promise<void>;
  addJobs(jobs: object[]): Promise<unknown>;
  release(): Promise<void>;
}
interface GraphileWorker {
  makeWorkerUtils(options: object): Promise<WorkerUtils>;
  runTaskList(options: object, tasks: object, pool: Pool): { gracefulShutdown(): Promise<void> };
}

const INSERT = 5000;

/*
 * The settings are those with which its own documentation reports its best figures: jobs fetched and completed by the batch, at no
 * delay. `concurrency`, `local_queue`.
 */
play({
  fill: async (task) => {
    const utils = await load<GraphileWorker>(task, 'graphile-worker').makeWorkerUtils({ connectionString: task.url });
    await utils.migrate();
    for (let at = 0; at < task.jobs; at += INSERT)
      await utils.addJobs(
        Array.from({ length: Math.min(INSERT, task.jobs - at) }, (_, i) => ({
          identifier: 'notify',
          payload: { id: at + i },
        })),
      );
    await utils.release();
  },

  workers: async (task, settled) => {
    const { concurrency, local_queue } = task.settings;
    const { Pool } = load<{ Pool: new (options: object) => Pool }>(task, 'pg');
    const pool = new Pool({ connectionString: task.url, max: concurrency + 1 });
    const warm = await Promise.all(Array.from({ length: Math.min(concurrency + 1, 8) }, () => pool.connect()));
    for (const client of warm) client.release();
    const preset = {
      worker: {
        concurrentJobs: concurrency,
        localQueue: { size: local_queue },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    };
    // a job counts when its handler has run; that its completion is committed is seen to by the bench, see `unsettled`
    const tasks = { notify: () => settled(1) };
    let stop = () => Promise.resolve();
    return {
      run: () => {
        const workers = load<GraphileWorker>(task, 'graphile-worker').runTaskList(
          { preset, noHandleSignals: true },
          tasks,
          pool,
        );
        stop = () => workers.gracefulShutdown();
      },
      close: () => stop().then(() => pool.end()),
    };
  },
});
