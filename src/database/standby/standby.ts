import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { appendFile, chmod, lchown, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { join as joined, raw, row, sql } from '../../common/sql';
import { ConfigError } from '../../config/config';
import { copyRunningServer } from './base-backup';

/** A standby in a directory of this machine: `data`, `postgres.log`, and `replica.env` with its address. */
export interface Standby {
  directory: string;
  /** Carries the password: never log it. */
  url: string;
  port: number;
  /** What `synchronous_standby_names` of the primary calls it. */
  name: string;
}

/** So much WAL is kept for a standby that is away, where the server says nothing: without a limit one that is forgotten fills the disk. */
const KEPT_WAL = '4GB';
const START_SECONDS = 120;

/** A server takes connections as a standby only where these are at least as large as on its primary. */
const AT_LEAST = [
  'max_connections',
  'max_worker_processes',
  'max_wal_senders',
  'max_prepared_transactions',
  'max_locks_per_transaction',
] as const;

interface Primary extends Record<(typeof AT_LEAST)[number], string> {
  data: string;
  programs: string;
  wal_level: string;
  is_standby: boolean;
  tablespaces: number;
  kept_wal: string;
}

/**
 * Makes a streaming standby of the server of `url`, which runs on this machine, and starts it. `url` is of a superuser.
 * @param directory is made; what PostgreSQL keeps lies below it
 * @throws ConfigError with one clear line; then nothing is left of it
 */
export async function makeStandby(url: string, directory: string, port: number): Promise<Standby> {
  if (existsSync(directory) && readdirSync(directory).length > 0)
    throw new ConfigError(`${directory} is not empty: choose another directory, or remove it`);
  const name = `crm_standby_${port}`;
  const data = join(directory, 'data');
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined); // the statement that runs fails
  await client.connect();
  try {
    const primary = await suitable(client);
    const owner = statSync(primary.data);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await lchown(directory, owner.uid, owner.gid);
    await limitKeptWal(client, primary);
    // before the copy begins: what is written meanwhile is kept until the standby has it
    await client.query(
      'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active',
      [name],
    );
    await client.query('SELECT pg_create_physical_replication_slot($1, true)', [name]).catch((cause: Error) => {
      throw new ConfigError(`No place can be kept for a standby on port ${port}: ${cause.message}`, { cause });
    });
    try {
      await copyRunningServer(client, primary.data, data);
      await configure(data, url, port, name, primary);
      await start(directory, primary.programs);
    } catch (error) {
      if (existsSync(join(data, 'postmaster.pid'))) await stopStandby(directory, 'immediate').catch(() => undefined);
      await rm(directory, { recursive: true, force: true, maxRetries: 20 });
      await client.query('SELECT pg_drop_replication_slot($1)', [name]).catch(() => undefined);
      throw error;
    }
  } finally {
    await client.end().catch(() => undefined);
  }
  const standby = { directory, url: withPort(url, port), port, name };
  await writeFile(join(directory, 'replica.env'), `DATABASE_REPLICA_URL=${standby.url}\n`, { mode: 0o600 });
  return standby;
}

/**
 * Makes a primary of it, which takes writes from then on. The one of before must not run any more.
 * @throws ConfigError where it cannot be promoted, with what PostgreSQL says
 */
export const promoteStandby = (directory: string): Promise<void> =>
  control(directory, programsOf(directory), ['promote', '-w', '-t', String(START_SECONDS)]);

/** Starts it again where it was made, after a restart of the machine perhaps. */
export const startStandby = (directory: string): Promise<void> => start(directory, programsOf(directory));

export const stopStandby = (directory: string, mode: 'fast' | 'immediate' = 'fast'): Promise<void> =>
  control(directory, programsOf(directory), ['stop', '-w', '-m', mode]);

async function suitable(client: Client): Promise<Primary> {
  const queryable = { query: async (text: string, values?: unknown[]) => (await client.query<object>(text, values)).rows };
  const primary = await row<Primary>(
    queryable,
    sql`SELECT current_setting('data_directory') AS data, (SELECT setting FROM pg_config WHERE name = 'BINDIR') AS programs,
               current_setting('wal_level') AS wal_level, pg_is_in_recovery() AS is_standby,
               (SELECT count(*)::int FROM pg_tablespace WHERE pg_tablespace_location(oid) <> '') AS tablespaces,
               current_setting('max_slot_wal_keep_size') AS kept_wal, ${settings}`,
  ).catch((cause: Error) => {
    throw new ConfigError(`A standby is made by a superuser of the server: ${cause.message}`, { cause });
  });
  const elsewhere = 'make the standby with pg_basebackup --write-recovery-conf --create-slot --slot=NAME';
  if (primary.is_standby) throw new ConfigError('The server is a standby itself: name its primary in DATABASE_URL');
  if (primary.wal_level === 'minimal')
    throw new ConfigError('wal_level of the server is minimal: set it to replica, and restart the server');
  if (primary.max_wal_senders === '0')
    throw new ConfigError('max_wal_senders of the server is 0: set it to 10, and restart the server');
  if (!existsSync(join(primary.data, 'PG_VERSION')))
    throw new ConfigError(`The server's data directory is not on this machine, or not ours to read: ${elsewhere}`);
  if (!existsSync(join(primary.data, 'postgresql.conf')) || primary.tablespaces > 0)
    throw new ConfigError(`The server keeps its configuration or tablespaces outside its data directory: ${elsewhere}`);
  return primary;
}

const settings = joined(AT_LEAST.map((name) => raw(`current_setting('${name}') AS ${name}`)));

async function limitKeptWal(client: Client, { kept_wal }: Primary): Promise<void> {
  if (kept_wal !== '-1') return;
  await client.query(sql`ALTER SYSTEM SET max_slot_wal_keep_size = ${raw(`'${KEPT_WAL}'`)}`);
  await client.query('SELECT pg_reload_conf()');
}

/** What is said last holds, over what was copied. */
async function configure(data: string, url: string, port: number, name: string, primary: Primary): Promise<void> {
  const { hostname, port: primaryPort, username, password } = new URL(url);
  const connection = {
    host: hostname,
    port: primaryPort || '5432',
    user: decodeURIComponent(username),
    ...(password && { password: decodeURIComponent(password) }),
    application_name: name,
  };
  const all: Record<string, string> = {
    primary_conninfo: Object.entries(connection)
      .map(([key, value]) => `${key}='${value.replace(/[\\']/g, '\\$&')}'`)
      .join(' '),
    primary_slot_name: name,
    hot_standby_feedback: 'on', // else vacuum on the primary ends what reads here for longer than 30 s
    synchronous_standby_names: '', // promoted, it would wait for itself
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    log_error_verbosity: 'terse', // without the row that breaks a rule: it may be a customer's
    ...Object.fromEntries(AT_LEAST.map((setting) => [setting, primary[setting]])),
  };
  const lines = Object.entries(all).map(([key, value]) => `${key} = '${value.replace(/'/g, "''")}'\n`);
  const { uid, gid } = statSync(data);
  await appendFile(join(data, 'postgresql.auto.conf'), lines.join(''), { mode: 0o600 });
  await writeFile(join(data, 'standby.signal'), '', { mode: 0o600 });
  await lchown(join(data, 'standby.signal'), uid, gid);
  await chmod(data, 0o700);
}

const start = (directory: string, programs: string): Promise<void> =>
  control(directory, programs, ['start', '-w', '-t', String(START_SECONDS), '-l', join(directory, 'postgres.log')]);

/** The server says in a file of its own which program it was started with. */
function programsOf(directory: string): string {
  const file = join(directory, 'data', 'postmaster.opts');
  if (!existsSync(file)) throw new ConfigError(`There is no standby in ${directory}`);
  return dirname(readFileSync(file, 'utf8').split(' "')[0]);
}

/** As the account to which the directory belongs: PostgreSQL does not run as root. */
async function control(directory: string, programs: string, args: string[]): Promise<void> {
  const { uid, gid } = statSync(join(directory, 'data'));
  const account = process.getuid?.() === 0 ? { uid, gid } : {};
  try {
    const pgCtl = join(programs, process.platform === 'win32' ? 'pg_ctl.exe' : 'pg_ctl');
    await promisify(execFile)(pgCtl, ['-D', join(directory, 'data'), ...args], {
      ...account,
      cwd: directory,
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
  } catch (cause) {
    const { stderr, message } = cause as Error & { stderr?: string };
    throw new ConfigError(`The standby in ${directory}: ${stderr?.trim() || message}${lastLines(directory)}`, { cause });
  }
}

const lastLines = (directory: string): string => {
  const log = join(directory, 'postgres.log');
  return existsSync(log) ? `\n${readFileSync(log, 'utf8').trim().split('\n').slice(-5).join('\n')}` : '';
};

const withPort = (url: string, port: number): string =>
  Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href;
