import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions';
import { ConfigError } from '../config/config';

/** How long a database may take to come up beside us, as in a compose file that starts both. */
const PATIENCE_MS = 30_000;
const RETRY_MS = 500;

/** The server is not there yet, or says that it starts, stops or has no connection left: worth another try. */
const COMING_UP = /^(ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|EPIPE|57P0[123]|53300)$/;

/**
 * Connects, and waits for a database that is coming up.
 * @param report is told once, when there is something to wait for.
 * @throws ConfigError at once where waiting is no use (password, database, TLS), else after `patienceMs`.
 */
export async function connectPatiently(
  options: PostgresDataSourceOptions,
  report: (line: string) => void,
  patienceMs = PATIENCE_MS,
): Promise<DataSource> {
  const where = target(options.url!);
  const giveUpAt = Date.now() + patienceMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await new DataSource(options).initialize();
    } catch (cause) {
      const error = cause as NodeJS.ErrnoException;
      const code = error.code ?? '';
      const comingUp = COMING_UP.test(code) || /timeout expired|Connection terminated/.test(error.message);
      if (!comingUp) throw new ConfigError(`${where} does not let us in: ${reason(code, error)}`, { cause });
      if (Date.now() > giveUpAt)
        throw new ConfigError(`${where} did not answer for ${patienceMs / 1000} s: ${reason(code, error)}`, { cause });
      if (attempt === 1) report(`Waiting: ${where} does not answer yet (${reason(code, error)})`);
      await sleep(RETRY_MS);
    }
  }
}

const target = (url: string): string => {
  const { hostname, port, pathname } = new URL(url);
  return `The database ${pathname.slice(1) || '(default)'} at ${hostname || 'localhost'}:${port || 5432}`;
};

function reason(code: string, error: Error): string {
  if (/^28/.test(code)) return `the user or the password in DATABASE_URL is wrong (${code})`;
  if (code === '3D000') return 'there is no database of that name; create it, or correct DATABASE_URL';
  return error.message || code || 'no connection';
}
