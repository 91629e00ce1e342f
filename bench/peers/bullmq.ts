import { load, play, type Task } from './contestant';

interface Queue {
  addBulk(jobs: object[]): Promise<unknown>;
  close(): Promise<void>;
}
interface Worker {
  on(event: string, handler: (error: Error) => void): void;
  waitUntilReady(): Promise<unknown>;
  run(): Promise<void>;
  close(force: boolean): Promise<void>;
}
interface BullMQ {
  Queue: new (name: string, options: object) => Queue;
  Worker: new (name: string, handler: () => Promise<void>, options: object) => Worker;
}

const QUEUE = 'notify';
const INSERT = 1000;

const connectionOf = ({ url }: Task) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) });

/* Jobs are removed when they are done, which costs it less than to keep them. `workers`, `concurrency` of each. */
play({
  fill: async (task) => {
    const { Queue } = load<BullMQ>(task, 'bullmq');
    const queue = new Queue(QUEUE, { connection: connectionOf(task) });
    for (let at = 0; at < task.jobs; at += INSERT)
      await queue.addBulk(
        Array.from({ length: Math.min(INSERT, task.jobs - at) }, (_, i) => ({
          name: QUEUE,
          data: { id: at + i },
          opts: { removeOnComplete: true },
        })),
      );
    await queue.close();
  },

  workers: async (task, settled) => {
    const { Worker } = load<BullMQ>(task, 'bullmq');
    const { workers: number, concurrency } = task.settings;
    const workers = Array.from(
      { length: number },
      () => new Worker(QUEUE, () => Promise.resolve(), { connection: connectionOf(task), concurrency, autorun: false }),
    );
    for (const worker of workers) {
      worker.on('completed', () => settled(1));
      worker.on('error', (error) => {
        throw error;
      });
    }
    await Promise.all(workers.map((worker) => worker.waitUntilReady()));
    return {
      run: async () => void (await Promise.all(workers.map((worker) => worker.run()))),
      close: async () => void (await Promise.all(workers.map((worker) => worker.close(true)))),
    };
  },
});
