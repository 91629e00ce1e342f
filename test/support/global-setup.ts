import { randomBytes } from 'node:crypto';
import { raw, sql } from '../../src/common/sql';
import { loadConfig } from '../../src/config/config';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/database/embedded-postgres';
import { prepareDatabase } from '../../src/database/open-database';
import { dropFamily, onServer, withDatabase } from './database';

export interface TestServer {
  /** The migrated template that every test file's database is cloned from; it has the run's own name. */
  templateUrl: string;
  /** Not there when TEST_DATABASE_URL names the server. */
  embedded?: EmbeddedPostgres;
}

const PREFIX = 'crm_test_';

/** Starts the embedded PostgreSQL, or takes TEST_DATABASE_URL, and makes the template database of this run. */
export default async function globalSetup(): Promise<void> {
  const external = process.env.TEST_DATABASE_URL;
  const embedded = external
    ? undefined
    : await startEmbeddedPostgres({
        dir: '.data/test-postgres',
        database: 'crm',
        port: 54400,
        settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
      });
  const url = external ?? embedded!.url;
  if (embedded) await dropLeftovers(url);

  const name = `${PREFIX}${process.pid}_${randomBytes(3).toString('hex')}`;
  await onServer(url, (client) => client.query(sql`CREATE DATABASE ${raw(name)} TEMPLATE template0`));
  const templateUrl = withDatabase(url, name);
  await prepareDatabase(templateUrl, loadConfig({}), () => undefined);
  process.env.TEMPLATE_URL = templateUrl;
  (globalThis as { testServer?: TestServer }).testServer = { templateUrl, embedded };
}

/** Databases of runs that were killed: the name tells the process. */
async function dropLeftovers(url: string): Promise<void> {
  const names = await onServer(url, (client) =>
    client.query<{ datname: string }>('SELECT datname FROM pg_database WHERE starts_with(datname, $1)', [PREFIX]),
  );
  const dead = names.rows.filter(({ datname }) => !isAlive(Number(datname.slice(PREFIX.length).split('_')[0])));
  for (const { datname } of dead) await dropFamily(withDatabase(url, datname));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
