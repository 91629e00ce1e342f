import { DataSource, type EntityManager } from 'typeorm';
import { loadConfig } from '../src/config/config';
import { allowTime, guardConnections } from '../src/database/connection-guard';
import { databaseOptions } from '../src/database/options';
import { problemFromDatabase } from '../src/database/pg-errors';
import { inSnapshot, inTransaction } from '../src/database/transaction';
import { type FreshDatabase, freshDatabase } from './support/database';

let db: FreshDatabase;
let database: DataSource;
beforeEach(async () => {
  db = await freshDatabase();
  database = await new DataSource(databaseOptions(db.url, { ...loadConfig({}), DATABASE_POOL_SIZE: 2 })).initialize();
  guardConnections(database, 5000);
  await db.query('CREATE TABLE crm.facts (n int PRIMARY KEY)');
});
afterEach(async () => {
  await database.destroy();
  await db.drop();
});

const add = (manager: EntityManager, n: number) => manager.query('INSERT INTO facts VALUES ($1)', [n]);
const facts = async () => (await db.query<{ n: number }>('SELECT n FROM facts ORDER BY n')).map(({ n }) => n);

describe('a transaction', () => {
  it('keeps all of its work', async () => {
    const answer = await inTransaction(database, async (transaction) => {
      await add(transaction, 1);
      await add(transaction, 2);
      return 'done';
    });
    expect([answer, await facts()]).toEqual(['done', [1, 2]]);
  });

  it('keeps nothing when its work fails', async () => {
    const work = inTransaction(database, async (transaction) => {
      await add(transaction, 1);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await facts()).toEqual([]);
  });

  it('fails, rather than lose its work unseen, when the error of a statement in it was swallowed', async () => {
    const work = inTransaction(database, async (transaction) => {
      await add(transaction, 1);
      await add(transaction, 1).catch(() => undefined);
      return 'done';
    });
    await expect(work).rejects.toThrow(/aborted/);
    expect(await facts()).toEqual([]);
  });

  it('undoes only what lies inside when one within it fails', async () => {
    await inTransaction(database, async (outer) => {
      await add(outer, 1);
      const inner = outer.transaction(async (within) => {
        await add(within, 2);
        throw new Error('changed my mind');
      });
      await expect(inner).rejects.toThrow('changed my mind');
      await add(outer, 3);
    });
    expect(await facts()).toEqual([1, 3]);
  });

  it('fails in time, and keeps nothing, where transactions take every connection and each asks for one more', async () => {
    let inside = 0;
    let everybodyIsInside = () => {};
    const together = new Promise<void>((resolve) => (everybodyIsInside = resolve));
    const work = [1, 2].map((n) =>
      inTransaction(database, async (transaction) => {
        await add(transaction, n);
        if (++inside === 2) everybodyIsInside();
        await together;
        await database.query('SELECT 1'); // the mistake: not on the transaction's own connection
      }),
    );
    const failed = (await Promise.allSettled(work)).flatMap((result) =>
      result.status === 'rejected' ? [result.reason as Error] : [],
    );
    expect(failed.map((error) => problemFromDatabase(error)?.type)).toContain('database-busy');
    expect(await facts()).toHaveLength(2 - failed.length);
    expect(await database.query('SELECT 1 AS ok')).toEqual([{ ok: 1 }]);
  });

  it('has the time it was allowed, and its connection not a moment longer', async () => {
    const settings = `SELECT pg_backend_pid() AS pid, current_setting('statement_timeout') AS timeout`;
    const [within] = await inTransaction(database, async (transaction) => {
      await allowTime(transaction, 900);
      return transaction.query<[{ pid: number; timeout: string }]>(settings);
    });
    const [after] = await database.query<[{ pid: number; timeout: string }]>(settings);
    expect([within.timeout, after]).toEqual(['15min', { pid: within.pid, timeout: '5s' }]);
  });
});

describe('a snapshot', () => {
  it('sees one instant, whatever happens meanwhile', async () => {
    const seen = await inSnapshot(database, async (snapshot) => {
      const look = async () => [await snapshot.query('SELECT n FROM facts'), await snapshot.query('SELECT now()')];
      const before = await look();
      await db.query('INSERT INTO facts VALUES (1)');
      return [before, await look()];
    });
    expect(seen[1]).toEqual(seen[0]);
    expect(await facts()).toEqual([1]);
  });
});
