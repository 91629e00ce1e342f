import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import type { Config } from '../config/config';
import { ensureCustomerTables, requireReadable } from '../customers/customer-tables';
import { startEmbeddedPostgres } from './embedded-postgres';
import { migrateUp, type Report, requireMigrated, underMigrationLock } from './migrate';

export interface DatabaseServer {
  /** Carries the password: never log it. */
  url: string;
  /** No DATABASE_URL was given: the server is ours, below DATA_DIR. */
  embedded: boolean;
  /** Stops the embedded server, unless another process still uses it. */
  close(): Promise<void>;
  /** The same for process.on('exit'). */
  closeSync(): void;
}

export interface OpenDatabase extends DatabaseServer {
  /** users and purchase_history were not there and have just been made, empty. */
  firstStart: boolean;
}

/**
 * Makes the database ready for use: starts the embedded one where DATABASE_URL is not set, migrates our schema (or, with
 * MIGRATE_ON_START=false, checks it), and creates users and purchase_history where, and only where, they are missing.
 * @throws ConfigError with one clear line.
 */
export async function openDatabase(config: Config, report?: Report): Promise<OpenDatabase> {
  const server = await openServer(config);
  try {
    return { ...server, firstStart: await prepareDatabase(server.url, config, report) };
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** The server alone, started where it is ours; nothing in it is looked at or changed. */
export async function openServer(config: Config): Promise<DatabaseServer> {
  if (config.DATABASE_URL)
    return { url: config.DATABASE_URL, embedded: false, close: () => Promise.resolve(), closeSync: () => undefined };
  const server = await startEmbeddedPostgres({ dir: join(config.DATA_DIR, 'postgres'), database: 'crm' });
  return { url: server.url, embedded: true, close: () => server.stop(), closeSync: () => server.stopSync() };
}

/**
 * The part of it that works on any database, under the lock of our schema.
 * @param then is done under the same lock: by one process at a time.
 * @returns whether users and purchase_history were missing and have been made.
 */
export const prepareDatabase = (
  url: string,
  config: Config,
  report?: Report,
  then: (runner: QueryRunner) => Promise<void> = () => Promise.resolve(),
): Promise<boolean> =>
  underMigrationLock(
    url,
    config,
    async (runner) => {
      await (config.MIGRATE_ON_START ? migrateUp(runner, config, report) : requireMigrated(runner, config, report));
      const created = (await ensureCustomerTables(runner, config.CUSTOMERS_SCHEMA)) === 'created';
      if (created) report?.(`Made ${config.CUSTOMERS_SCHEMA}.users and .purchase_history, empty: neither was there`);
      await requireReadable(runner, config.CUSTOMERS_SCHEMA, report);
      await then(runner);
      return created;
    },
    report,
  );
