import type { Terminal } from '../common/progress-bar';
import { type Config, loadConfig } from '../config/config';
import { type OpenDatabase, openDatabase } from './open-database';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * What a command does on a database that is opened as the service opens it, and closed again. Ctrl-C aborts the signal.
 * @returns the exit code of the work, or 1 after one line on `err` that says what is wrong
 */
export async function onDatabase(
  env: NodeJS.ProcessEnv,
  { err }: Pick<Terminal, 'err'>,
  work: (url: string, config: Config, stop: AbortSignal) => Promise<number>,
): Promise<number> {
  const stop = new AbortController();
  let database: OpenDatabase | undefined;
  const interrupt = () => (database ? stop.abort() : process.exit(1));
  const closeSync = () => database?.closeSync();
  for (const signal of SIGNALS) process.once(signal, interrupt);
  process.once('exit', closeSync);
  try {
    const config = loadConfig(env);
    database = await openDatabase(config, (line) => err.write(`${line}\n`));
    return await work(database.url, config, stop.signal);
  } catch (error) {
    err.write(`${oneLine(error)}\n`);
    return 1;
  } finally {
    await database?.close();
    for (const signal of SIGNALS) process.off(signal, interrupt);
    process.off('exit', closeSync);
  }
}

const oneLine = (error: unknown): string => {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || String(error); // an error of several addresses has no message of its own
};
