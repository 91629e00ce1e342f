import { Client } from 'pg';
import { eventually } from './eventually';
import type { FreshDatabase } from './database';

/** A lock of somebody else's. */
export interface Hold {
  /** Resolves once so many others wait for a lock of any kind. */
  waitedForBy(count: number): Promise<void>;
  release(): Promise<void>;
}

/** Runs a statement in a transaction of somebody else's, and keeps that open. */
export async function hold(db: FreshDatabase, statement: string): Promise<Hold> {
  const client = new Client({ connectionString: db.url, options: '-c search_path=crm,public' });
  client.on('error', () => undefined); // the database may be dropped under it, where a test failed
  await client.connect();
  await client.query('BEGIN');
  await client.query(statement);
  return {
    waitedForBy: (count) => eventually(async () => expect(await waiting(db)).toBe(count)),
    release: async () => {
      await client.query('ROLLBACK');
      await client.end();
    },
  };
}

/** Statements of this database that wait for a lock. */
const waiting = async (db: FreshDatabase): Promise<number> =>
  (await db.query(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).length;
