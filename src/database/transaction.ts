import { setTimeout as sleep } from 'node:timers/promises';
import { type DataSource, EntityManager } from 'typeorm';
import type { IsolationLevel } from 'typeorm/driver/types/IsolationLevel';
import { sqlstateOf } from './pg-errors';

/** serialization_failure and deadlock_detected: of what was begun nothing is left, and the same again may well succeed. */
const IN_THE_WAY = /^(40001|40P01)$/;
const RETRIES = 3;
/** Before the first; twice as long before each that follows. Somewhere below it, so that two who met do not meet again. */
const LONGEST_PAUSE_MS = 40;
/** What `repeated` has let go for good: what lies around it must not begin anew. */
const givenUp = new WeakSet<object>();

/**
 * Does `work` again, up to three times, where PostgreSQL ended it for the sake of others. `work` is one transaction from its begin to its
 * end, or one statement; it leaves nothing outside of the database that doing it again does not put right.
 */
export async function repeated<T>(work: () => Promise<T>): Promise<T> {
  for (let retry = 0; ; retry++)
    try {
      return await work();
    } catch (error) {
      if (!IN_THE_WAY.test(sqlstateOf(error) ?? '') || givenUp.has(error as object)) throw error;
      if (retry === RETRIES) {
        givenUp.add(error as object);
        throw error;
      }
      await sleep(Math.random() * LONGEST_PAUSE_MS * 2 ** retry);
    }
}

/**
 * Runs `work` in one transaction on one connection. The last statement before COMMIT proves that the transaction is alive:
 * PostgreSQL answers COMMIT of a failed one with ROLLBACK and no error, and TypeORM would report success.
 * Given the manager of a transaction, it is a part of that one: a savepoint, undone alone where it fails.
 *
 * Where a deadlock or a conflict of snapshots ended it, all of it is done again (`repeated`): `work` may be called four times, and
 * what it notes outside of the transaction has to be of its last call. Not a savepoint: it has lost with all of its transaction.
 */
export function inTransaction<T>(
  database: DataSource | EntityManager,
  work: (manager: EntityManager) => Promise<T>,
  isolation: IsolationLevel = 'READ COMMITTED',
): Promise<T> {
  const once = () =>
    database.transaction(isolation, async (manager) => {
      const answer = await work(manager);
      await manager.query('SELECT 1');
      return answer;
    });
  return isWithin(database) ? once() : repeated(once);
}

/** Several reads of one instant: `now()` and the rows are the same for all of them. */
export const inSnapshot = <T>(database: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> =>
  repeated(() => database.transaction('REPEATABLE READ', work));

const isWithin = (database: DataSource | EntityManager): boolean =>
  database instanceof EntityManager && database.queryRunner?.isTransactionActive === true;
