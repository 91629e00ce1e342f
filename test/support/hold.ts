import { Client } from 'pg';
import type { FreshDatabase } from './database';
import { eventually } from './eventually';

/** A lock of somebody else's. */
export interface Hold {
  /** Resolves once so many others wait for a lock of any kind. */
  waitedForBy(count: number): Promise<void>;
  /** One statement more in the same transaction: it may have to wait for whoever waits for this one. */
  run(statement: string): Promise<void>;
  /** Undoes the statement. */
  release(): Promise<void>;
  commit(): Promise<void>;
}

const held = new Set<Hold>();

/** Runs a statement in a transaction of somebody else's, and keeps that open. */
export async function hold(db: FreshDatabase, statement: string): Promise<Hold> {
  const client = new Client({ connectionString: db.url, options: '-c search_path=crm,public' });
  await client.connect();
  await client.query('BEGIN');
  await client.query(statement);
  const one: Hold = {
    waitedForBy: (count) => eventually(async () => expect(await waiting(db)).toBe(count)),
    run: async (more) => void (await client.query(more)),
    release: async () => {
      held.delete(one);
      await client.end(); // which rolls back
    },
    commit: async () => {
      await client.query('COMMIT');
      await one.release();
    },
  };
  held.add(one);
  return one;
}

/** For afterEach: what a failed test has not let go. */
export const releaseAll = async (): Promise<void> => {
  for (const one of [...held]) await one.release();
};

/** Statements of this database that wait for a lock. */
const waiting = async (db: FreshDatabase): Promise<number> =>
  (await db.query(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).length;
