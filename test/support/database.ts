import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Pool, type QueryResultRow } from 'pg';
import { raw, sql } from '../../src/common/sql';
import { spreadOverCitus } from '../citus/spread';

/** A database of one test file: migrated, with empty users and purchase_history, and nobody else's. */
export interface FreshDatabase {
  url: string;
  /** One statement; unqualified names are found in our schema, then in the customers'. */
  query<Row extends QueryResultRow = QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Closes what this object holds and removes the database, whoever is still connected. */
  drop(): Promise<void>;
}

/** Clones the migrated template: some 50 ms, and test files can run in parallel. With CITUS_URL it is spread over that Citus then (npm run test:citus). */
export async function freshDatabase(): Promise<FreshDatabase> {
  const database = await createDatabase(templateUrl());
  if (process.env.CITUS_URL) await spreadOverCitus(database.url);
  return database;
}

/** A database with nothing in it, for tests of the migrations and of the start. */
export const emptyDatabase = (): Promise<FreshDatabase> => createDatabase();

async function createDatabase(template?: string): Promise<FreshDatabase> {
  const name = `${databaseOf(templateUrl())}_${randomBytes(5).toString('hex')}`;
  const from = template ? databaseOf(template) : 'template0';
  await onServer(templateUrl(), (client) =>
    retryWhileBusy(() => client.query(sql`CREATE DATABASE ${quoted(name)} TEMPLATE ${quoted(from)}`)),
  );
  const url = withDatabase(templateUrl(), name);
  const pool = new Pool({ connectionString: url, max: 5, options: '-c search_path=crm,public -c timezone=UTC' });
  pool.on('error', () => undefined); // tests may end every connection of the server
  return {
    url,
    query: async <Row extends QueryResultRow>(text: string, values?: unknown[]) =>
      (await pool.query<Row>(text, values)).rows,
    drop: async () => {
      await pool.end();
      await onServer(url, (client) => client.query(sql`DROP DATABASE IF EXISTS ${quoted(name)} WITH (FORCE)`));
    },
  };
}

/** Removes a database and all that were made from it. */
export async function dropFamily(url: string): Promise<void> {
  const family = databaseOf(url);
  await onServer(url, async (client) => {
    const found = await client.query<{ datname: string }>('SELECT datname FROM pg_database WHERE starts_with(datname, $1)', [
      family,
    ]);
    for (const { datname } of found.rows) await client.query(sql`DROP DATABASE IF EXISTS ${quoted(datname)} WITH (FORCE)`);
  });
}

/** Runs `work` on the database "postgres" of the server that `url` points at. */
export async function onServer<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: withDatabase(url, 'postgres') });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export const withDatabase = (url: string, name: string): string =>
  Object.assign(new URL(url), { pathname: `/${name}` }).href;

const quoted = (name: string) => raw(`"${name}"`);

const databaseOf = (url: string): string => new URL(url).pathname.slice(1);

function templateUrl(): string {
  const url = process.env.TEMPLATE_URL;
  if (!url) throw new Error('TEMPLATE_URL is not set: run this test through Jest, whose global set-up starts the database');
  return url;
}

/** A template cannot be copied while anybody is connected to it, an autovacuum worker included. */
async function retryWhileBusy(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      const busy = (error as { code?: string }).code === '55006';
      if (!busy || attempt === 100) throw error;
      await sleep(100);
    }
  }
}
