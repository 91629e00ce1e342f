import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

/** What a contestant is told: which store to fill or empty, and how. */
export interface Task {
  /** postgres:// or redis://, a database of its own. */
  url: string;
  /** How many jobs to enqueue; what is there is worked off until the bench says stop. */
  jobs: number;
  /** Where node_modules with the queue lies. */
  packages: string;
  settings: Settings;
}

/** `processes` of them run at once, each with the rest. */
export type Settings = Record<string, number>;

/** Workers that are connected and wait for the word. */
export interface Workers {
  /** Claims and settles until nothing is left, or for as long as it is left running. */
  run(): Promise<void> | void;
  close(): Promise<void>;
}

export interface Contestant {
  /** Makes the queue and enqueues. */
  fill?(task: Task): Promise<void>;
  /** @param settled is told how many more are settled, each once. */
  workers(task: Task, settled: (count: number) => void): Promise<Workers>;
}

/** The package as it is installed for the bench; its types are what the caller says. */
export const load = <T>(task: Task, name: string): T => createRequire(`${task.packages}/package.json`)(name) as T;

/**
 * A process of one contestant: `fill TASK` enqueues and ends; `work TASK` connects, prints "ready", and from the line "go" on its standard
 * input prints "+N" as N more are settled, until the line "stop". The clock is the bench's: it sees every contestant the same way.
 */
export function play(contestant: Contestant): void {
  const task = JSON.parse(process.argv[3]) as Task;
  const playing = process.argv[2] === 'fill' ? contestant.fill?.(task) : work(contestant, task);
  Promise.resolve(playing).then(
    () => process.exit(0),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
}

async function work(contestant: Contestant, task: Task): Promise<void> {
  const workers = await contestant.workers(task, counter());
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  process.stdout.write('ready\n');
  await lines.next();
  const running = workers.run();
  await Promise.race([lines.next(), Promise.resolve(running).then(() => lines.next())]);
  await workers.close();
}

/** One line for all that is settled in a turn of the event loop: a line a job would be a load of its own. */
function counter(): (count: number) => void {
  let settled = 0;
  return (count) => {
    if (settled === 0)
      setImmediate(() => {
        process.stdout.write(`+${settled}\n`);
        settled = 0;
      });
    settled += count;
  };
}
