import { setTimeout as sleep } from 'node:timers/promises';
import { MigrationExecutor, type QueryRunner } from 'typeorm';
import { type Config, ConfigError } from '../config/config';
import { row, rows, sql } from '../common/sql';
import { databaseOptions } from './options';
import { connectPatiently } from './connect-patiently';
import { installationOf, recordInstallation } from './installation';

const POLL_MS = 100;

/**
 * A migration that waits for a lock keeps everybody waiting who comes after it, for the whole table: so it waits shortly, half of what a
 * request does (2 s), lets them all pass, and tries again. Also where it and a request wait for each other (a deadlock).
 */
const LOCK_TIMEOUT = '1s';
const BUSY_TABLE = /^(55P03|40P01)$/;
const BUSY_TABLE_PAUSE_MS = 1000;
/** How long a migration tries where somebody holds a table that it changes. */
const BUSY_TABLE_PATIENCE_MS = 60_000;

export type Report = (line: string) => void;
const toStderr: Report = (line) => void process.stderr.write(`${line}\n`);

export interface MigrationStatus {
  /** Names, oldest first. */
  applied: string[];
  pending: string[];
  /** Applied by a version of this service that is newer than the one running. */
  unknown: string[];
}

/**
 * Brings our schema up to date. Any number of processes may call it at once: one works, the others wait for it.
 * @throws ConfigError where the database is not there, refuses us, or belongs to a newer version of this service.
 */
export const migrate = (url: string, config: Config, report = toStderr): Promise<void> =>
  underMigrationLock(url, config, (runner) => migrateUp(runner, config, report), report);

/**
 * Runs `work` on a connection that holds the lock of our schema. The lock belongs to that very session, so it ends exactly
 * when the connection does: work done on it can never go on after another process got the lock.
 */
export async function underMigrationLock<T>(
  url: string,
  config: Config,
  work: (runner: QueryRunner) => Promise<T>,
  report = toStderr,
): Promise<T> {
  const database = await connectPatiently(databaseOptions(url, config), report);
  try {
    const runner = database.createQueryRunner();
    await runner.query('SET statement_timeout = 0');
    await rows(runner, sql`SELECT set_config('lock_timeout', ${LOCK_TIMEOUT}, false)`);
    // our schema alone: a DROP in a migration must not fall through to a table of somebody else that has the same name
    await rows(runner, sql`SELECT set_config('search_path', ${config.DATABASE_SCHEMA}, false)`);
    await lock(runner, config.DATABASE_SCHEMA, report);
    return await work(runner);
  } finally {
    await database.destroy(); // ends the session, and with it the lock
  }
}

/**
 * Creates our schema where it is missing and applies what is pending.
 * @throws ConfigError where the tables are of a newer version that this one does not get on with, or were restored, or are in use for too long
 */
export async function migrateUp(runner: QueryRunner, config: Config, report = toStderr): Promise<void> {
  const isOurs = (await refuseUnusable(runner, config, report)) === 'ours';
  await applyPending(runner, config, report);
  if (isOurs) await rows(runner, recordInstallation(config.DATABASE_SCHEMA));
}

/** Applies what is pending, each migration in its own transaction, whoever the tables are from. */
export async function applyPending(runner: QueryRunner, config: Config, report = toStderr): Promise<void> {
  await ensureSchema(runner, config);
  const applied = await whenFree(report, () => executor(runner).executePendingMigrations());
  for (const migration of applied) report(`Applied migration ${migration.name}`);
}

/**
 * For MIGRATE_ON_START=false.
 * @throws ConfigError when the schema is older than this version of the service, or as migrateUp does
 */
export async function requireMigrated(runner: QueryRunner, config: Config, report = toStderr): Promise<void> {
  await refuseUnusable(runner, config, report);
  const { pending } = await migrationStatus(runner);
  if (pending.length > 0)
    throw new ConfigError(
      `The schema ${config.DATABASE_SCHEMA} lacks ${pending.join(', ')}: run npm run migrate, or set MIGRATE_ON_START=true`,
    );
}

/** Creates our schema where it is missing. */
export async function ensureSchema(runner: QueryRunner, config: Config): Promise<void> {
  // CREATE SCHEMA IF NOT EXISTS asks for the privilege even where the schema exists
  const { exists } = await row<{ exists: boolean }>(
    runner,
    sql`SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = ${config.DATABASE_SCHEMA}) AS exists`,
  );
  if (exists) return;
  try {
    await runner.createSchema(config.DATABASE_SCHEMA, true);
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error;
    throw new ConfigError(
      `The database role may not create the schema ${config.DATABASE_SCHEMA}: as the owner of the database, CREATE SCHEMA ${config.DATABASE_SCHEMA} AUTHORIZATION that role`,
      { cause: error },
    );
  }
}

/** Reverts the migration applied last; its name, or undefined when there is none. */
export async function migrateDown(runner: QueryRunner, report = toStderr): Promise<string | undefined> {
  const last = (await migrationStatus(runner)).applied.at(-1);
  if (last) await whenFree(report, () => executor(runner).undoLastMigration());
  return last;
}

/** Tries until the tables that are changed are free. What a try had done before it failed is applied, and not done again. */
async function whenFree<T>(report: Report, change: () => Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + BUSY_TABLE_PATIENCE_MS;
  for (;;) {
    try {
      return await change();
    } catch (cause) {
      if (!BUSY_TABLE.test((cause as { code?: string }).code ?? '')) throw cause;
      if (Date.now() > giveUpAt)
        throw new ConfigError(
          `A migration could not lock the tables it changes for ${BUSY_TABLE_PATIENCE_MS / 1000} s: end the transactions that hold them (pg_stat_activity), and run it again`,
          { cause },
        );
      report('A migration waits for a table that is in use');
      await sleep(BUSY_TABLE_PAUSE_MS);
    }
  }
}

/** Which migrations the database has. Reads only: the role needs no right to create anything. */
export async function migrationStatus(runner: QueryRunner): Promise<MigrationStatus> {
  const known = runner.connection.migrations.map((migration) => migration.name ?? migration.constructor.name);
  const executed = (await executor(runner).getExecutedMigrations()).map(({ name }) => name);
  return {
    applied: known.filter((name) => executed.includes(name)),
    pending: known.filter((name) => !executed.includes(name)),
    unknown: executed.filter((name) => !known.includes(name)),
  };
}

function executor(runner: QueryRunner): MigrationExecutor {
  const made = new MigrationExecutor(runner.connection, runner);
  made.transaction = 'each';
  return made;
}

/** @returns whose version the schema is of: `ours` where this one may change it */
async function refuseUnusable(runner: QueryRunner, config: Config, report: Report): Promise<'ours' | 'newer'> {
  const installation = await installationOf(runner, config.DATABASE_SCHEMA);
  if (installation?.isRestored)
    throw new ConfigError(
      `The tables of ${config.DATABASE_SCHEMA} were restored from a dump: what was sent since it was taken would be sent again. Run npm run after-restore (docs/operations.md, Backup and restore)`,
    );
  const status = await migrationStatus(runner);
  if (status.unknown.length === 0) return 'ours';
  const newer = `The database was migrated by a newer version of this service (${status.unknown.join(', ')})`;
  if (!isUsable(status, installation?.usableFrom))
    throw new ConfigError(`${newer}: run that version, or revert with its npm run migrate -- down --yes`);
  report(`${newer}, which says that this one can work on it`);
  return 'newer';
}

/** Whether a version that knows these migrations can work on the schema. */
export const isUsable = ({ applied, pending, unknown }: MigrationStatus, usableFrom: string | undefined): boolean =>
  unknown.length === 0 || (pending.length === 0 && usableFrom !== undefined && applied.includes(usableFrom));

/** Polled, never waited for: a waiting pg_advisory_lock is a long statement that timeouts of the server may end. */
async function lock(runner: QueryRunner, schema: string, report: Report): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { mine } = await row<{ mine: boolean }>(
      runner,
      sql`SELECT pg_try_advisory_lock(hashtextextended(${`crm-service migrations of ${schema}`}, 0)) AS mine`,
    );
    if (mine) return;
    if (attempt === 20) report('Waiting for another process that is migrating this database');
    await sleep(POLL_MS);
  }
}
