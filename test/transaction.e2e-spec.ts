import { DataSource, type EntityManager } from 'typeorm';
import { loadConfig } from '../src/config/config';
import { allowTime, guardConnections } from '../src/database/connection-guard';
import { databaseOptions } from '../src/database/options';
import { problemFromDatabase } from '../src/database/pg-errors';
import { inSnapshot, inTransaction, repeated } from '../src/database/transaction';
import { type FreshDatabase, freshDatabase } from './support/database';
import { hold, releaseAll } from './support/hold';

let db: FreshDatabase;
let database: DataSource;
beforeEach(async () => {
  db = await freshDatabase();
  database = await new DataSource(databaseOptions(db.url, { ...loadConfig({}), DATABASE_POOL_SIZE: 2 })).initialize();
  guardConnections(database, 5000);
  await db.query('CREATE TABLE crm.facts (n int PRIMARY KEY)');
});
afterEach(async () => {
  await releaseAll();
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

describe('a transaction that PostgreSQL ends for the sake of others', () => {
  beforeEach(() =>
    db.query(`CREATE FUNCTION crm.fail(code text) RETURNS void LANGUAGE plpgsql AS
              $$ BEGIN RAISE EXCEPTION 'in the way' USING ERRCODE = code; END $$`),
  );
  const fail = (manager: EntityManager, sqlstate: string) => manager.query('SELECT fail($1)', [sqlstate]);
  const problemOf = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => problemFromDatabase(error)?.type,
    );

  it('is done again as a whole after a deadlock, and has one effect', async () => {
    await db.query('INSERT INTO crm.facts VALUES (1), (2)');
    const other = await hold(db, 'SELECT FROM facts WHERE n = 2 FOR UPDATE');
    let calls = 0;
    const work = inTransaction(database, async (transaction) => {
      calls++;
      await add(transaction, 3);
      await transaction.query('SELECT FROM facts WHERE n = 1 FOR UPDATE');
      await transaction.query('SELECT FROM facts WHERE n = 2 FOR UPDATE');
      return calls;
    });
    await other.waitedForBy(1);
    await other.run('SELECT FROM facts WHERE n = 1 FOR UPDATE'); // has it when the transaction has been ended
    await other.commit();

    expect(await work).toBe(2);
    expect([calls, await facts()]).toEqual([2, [1, 2, 3]]);
  });

  it('is done again in a new snapshot where another changed what it changes', async () => {
    await db.query('INSERT INTO crm.facts VALUES (1)');
    let calls = 0;
    await inTransaction(
      database,
      async (transaction) => {
        const [{ n }] = await transaction.query<[{ n: number }]>('SELECT max(n) AS n FROM facts');
        if (++calls === 1) await db.query('UPDATE crm.facts SET n = 10');
        await transaction.query('UPDATE facts SET n = $1', [n + 1]);
      },
      'REPEATABLE READ',
    );
    expect([calls, await facts()]).toEqual([2, [11]]);
  });

  it.each(['40001', '40P01'])(
    'is done four times at most, and says after %s that it can be tried again later',
    async (sqlstate) => {
      let calls = 0;
      const work = inTransaction(database, async (transaction) => {
        await add(transaction, ++calls);
        await fail(transaction, sqlstate);
      });
      expect(await problemOf(work)).toBe('database-busy');
      expect([calls, await facts()]).toEqual([4, []]);
    },
  );

  it('is not multiplied by what lies around it, and begins nowhere in the middle', async () => {
    const calls = { around: 0, outer: 0, inner: 0 };
    const work = repeated(() => {
      calls.around++;
      return inTransaction(database, async (outer) => {
        calls.outer++;
        await inTransaction(outer, async (inner) => {
          calls.inner++;
          await fail(inner, '40P01');
        });
      });
    });
    expect(await problemOf(work)).toBe('database-busy');
    expect(calls).toEqual({ around: 1, outer: 4, inner: 4 });
  });

  it.each(['40003', '55P03', '57P01', '23505'])('is done once where it was ended by %s', async (sqlstate) => {
    let calls = 0;
    const work = inTransaction(database, (transaction) => {
      calls++;
      return fail(transaction, sqlstate);
    });
    await expect(work).rejects.toThrow('in the way');
    expect(calls).toBe(1);
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
