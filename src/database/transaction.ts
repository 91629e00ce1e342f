import type { DataSource, EntityManager } from 'typeorm';
import type { IsolationLevel } from 'typeorm/driver/types/IsolationLevel';

/**
 * Runs `work` in one transaction on one connection. The last statement before COMMIT proves that the transaction is alive:
 * PostgreSQL answers COMMIT of a failed one with ROLLBACK and no error, and TypeORM would report success.
 * Given the manager of a transaction, it is a part of that one: a savepoint, undone alone where it fails.
 */
export function inTransaction<T>(
  database: DataSource | EntityManager,
  work: (manager: EntityManager) => Promise<T>,
  isolation: IsolationLevel = 'READ COMMITTED',
): Promise<T> {
  return database.transaction(isolation, async (manager) => {
    const answer = await work(manager);
    await manager.query('SELECT 1');
    return answer;
  });
}

/** Several reads of one instant: `now()` and the rows are the same for all of them. */
export const inSnapshot = <T>(database: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> =>
  database.transaction('REPEATABLE READ', work);
