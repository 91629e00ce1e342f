import { type ChildProcess, fork } from 'node:child_process';
import { dirname } from 'node:path';
import { ADMIN_TOKEN } from './fleet';
import type { Asked, Questions, Replied, Replies, WorkerKind } from './worker-protocol';

/** What those who speak HTTP do in the time of one who speaks SQL is less: there are more of them. */
const KINDS: readonly WorkerKind[] = ['http', 'http', 'http', 'http', 'sql', 'sql', 'legacy', 'legacy'];

/** One process that delivers. */
export interface Worker {
  readonly name: string;
  readonly kind: WorkerKind;
  /** A lease's token, or the id of what is being marked sent; nothing while it has nothing. */
  holds?: string;
  /** The highest of what it holds. */
  attempt: number;
  isClaiming: boolean;
  isPaused: boolean;
  isKilled: boolean;
  /** SIGKILL: false where it was dead already. */
  kill(): boolean;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
}

/** Replies to what workers ask. A worker that is killed, or dies of its message, gets none. */
export type Foreman = {
  [Name in keyof Questions]: (
    worker: Worker,
    what: Questions[Name],
  ) => Promise<Replies[Name] | undefined> | Replies[Name] | undefined;
};

export interface Crew {
  /** Everybody works; whoever dies is replaced. */
  start(): void;
  /** Kills all of them. */
  stop(): Promise<void>;
  all(): Worker[];
  named(nameOrHeld: string): Worker | undefined;
  /** What ended although nobody killed it, with what it said last. */
  exits(): string[];
}

/**
 * @param script the compiled worker
 * @param databaseUrl for those who speak SQL
 */
export function makeCrew(script: string, databaseUrl: string, foreman: Foreman): Crew {
  const running = new Map<Worker, { child: ChildProcess; gone: Promise<void> }>();
  const exits: string[] = [];
  let made = 0;
  let isWorking = false;

  const start = (kind: WorkerKind) => {
    const name = `worker-${++made}`;
    const child = fork(script, [name, kind, ADMIN_TOKEN, databaseUrl], {
      cwd: dirname(script),
      execArgv: [],
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let said = '';
    child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const worker: Worker = {
      name,
      kind,
      attempt: 0,
      isClaiming: false,
      isPaused: false,
      isKilled: false,
      kill: () => {
        if (worker.isKilled) return false;
        worker.isKilled = true;
        child.kill('SIGKILL');
        return true;
      },
      signal: (signal) => void child.kill(signal),
    };
    const gone = new Promise<void>((done) => {
      child.once('close', (code, signal) => {
        running.delete(worker);
        if (!worker.isKilled) exits.push(`ended with ${code ?? signal}: ${said}`);
        worker.isKilled = true;
        if (isWorking && exits.length < KINDS.length) start(kind);
        done();
      });
    });
    child.on('error', () => undefined); // a reply that came too late; 'close' follows
    child.on('message', (asked: Asked) => void answer(worker, child, asked));
    running.set(worker, { child, gone });
  };

  const answer = async (worker: Worker, child: ChildProcess, { no, name, what }: Asked) => {
    if (worker.isKilled) return;
    const reply = await (foreman[name] as (worker: Worker, what: object) => ReturnType<Foreman[typeof name]>)(worker, what);
    if (reply === undefined || worker.isKilled) return;
    child.send({ no, reply } satisfies Replied, () => undefined);
  };

  const leave = () => running.forEach(({ child }) => child.kill('SIGKILL'));
  process.once('exit', leave);
  return {
    start: () => {
      isWorking = true;
      KINDS.forEach(start);
    },
    stop: async () => {
      isWorking = false;
      const last = [...running].map(([worker, { gone }]) => (worker.kill(), gone));
      await Promise.all(last);
      process.off('exit', leave);
    },
    all: () => [...running.keys()].filter(({ isKilled }) => !isKilled),
    named: (wanted) => [...running.keys()].find(({ name, holds }) => name === wanted || holds === wanted),
    exits: () => exits,
  };
}
