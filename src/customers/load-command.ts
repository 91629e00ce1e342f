import { SingleBar } from 'cli-progress';
import { type Config, loadConfig } from '../config/config';
import { type OpenDatabase, openDatabase } from '../database/open-database';
import type { Imported } from './csv-import';

/** Where a command speaks: the process's own streams, or a test's. */
export interface Terminal {
  out: NodeJS.WritableStream & { isTTY?: boolean };
  err: NodeJS.WritableStream;
}

export interface Load {
  /** What the command has done, as the closing line says it: `Imported`. */
  verb: string;
  load: (url: string, config: Config, signal: AbortSignal) => Promise<Imported>;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Opens the database as the service does, loads, closes. Ctrl-C takes everything back.
 * @returns the exit code: 0, or 1 after one line on `err` that says what is wrong
 */
export async function runLoad(env: NodeJS.ProcessEnv, terminal: Terminal, { verb, load }: Load): Promise<number> {
  const stop = new AbortController();
  let database: OpenDatabase | undefined;
  const interrupt = () => (database ? stop.abort() : process.exit(1));
  const closeSync = () => database?.closeSync();
  for (const signal of SIGNALS) process.once(signal, interrupt);
  process.once('exit', closeSync);
  try {
    const config = loadConfig(env);
    database = await openDatabase(config, (line) => terminal.err.write(`${line}\n`));
    const startedAt = performance.now();
    const { customers, purchases } = await load(database.url, config, stop.signal);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    terminal.out.write(`${verb} ${number(customers)} customers and ${number(purchases)} purchases in ${seconds} s.\n`);
    return 0;
  } catch (error) {
    terminal.err.write(`${oneLine(error)}\n`);
    return 1;
  } finally {
    await database?.close();
    for (const signal of SIGNALS) process.off(signal, interrupt);
    process.off('exit', closeSync);
  }
}

export interface Progress {
  advance(by: number): void;
  stop(): void;
}

/** A bar on a terminal, from its first advance until it is full or stopped; nothing where the output goes elsewhere. */
export function progressBar({ out }: Terminal, label: string, total: number): Progress {
  if (!out.isTTY) return { advance: () => undefined, stop: () => undefined };
  const format = `${label} {bar} {percentage}% {duration_formatted}`;
  const bar = new SingleBar({
    stream: out,
    format,
    barsize: 30,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    stopOnComplete: true,
  });
  return {
    advance: (by) => {
      if (!bar.isActive) bar.start(total, 0);
      bar.increment(by);
    },
    stop: () => bar.stop(),
  };
}

const number = (value: number): string => value.toLocaleString('en');

const oneLine = (error: unknown): string => {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || String(error); // an error of several addresses has no message of its own
};
