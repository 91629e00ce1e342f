import type { Pool } from 'pg';
import type { Repository } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver';
import type { Page } from './answer';
import type { Cursors } from './cursors';
import { changedMeanwhile, type ExpectedVersion } from './if-match';
import type { ActiveListQuery } from './list.dto';
import { Problem } from './problem';
import { raw, sql } from './sql';

/** What a list ordered newest first needs of its rows. */
interface Listed {
  id: string;
  is_active: boolean;
  created_at: Date;
}

/** What an edit needs of its row. */
interface Edited {
  id: string;
  version: number;
}

/** One page of a table of ours, newest first, by keyset: stable while rows come and go. */
export async function newestFirst<T extends Listed, V>(
  repository: Repository<T>,
  cursors: Cursors,
  query: ActiveListQuery,
  view: (entity: T) => V,
): Promise<Page<V>> {
  const scope = `${repository.metadata.tableName}?is_active=${query.is_active ?? ''}`;
  const after = cursors.read(scope, query.cursor);
  const active = query.is_active === undefined ? {} : { is_active: query.is_active };
  const page = repository.createQueryBuilder('t').where(active).orderBy('t.created_at', 'DESC').addOrderBy('t.id', 'DESC');
  if (after) page.andWhere('(t.created_at, t.id) < (:createdAt, :id)', { createdAt: after[0], id: after[1] });
  const [found, total] = await Promise.all([
    page.limit(query.limit + 1).getMany(),
    query.total ? repository.createQueryBuilder('t').where(active).getCount() : undefined,
  ]);
  return cursors.page(found, query.limit, scope, (last) => [last.created_at.toISOString(), last.id], total).map(view);
}

/**
 * One row by its id, by a statement that PostgreSQL parses and plans once a connection. Plain SQL on the pool where a repository's
 * findOneBy would do: building that query and its entity cost a quarter of the processor time of a whole GET (docs/adr/0006).
 */
export async function byId<T extends Listed>({ metadata, manager }: Repository<T>, id: string): Promise<T | undefined> {
  const { tableName, columns } = metadata;
  // by name, not *: a column that a later version adds must not change what a prepared statement gives
  const names = raw(columns.map(({ databaseName }) => databaseName).join(', '));
  const pool = (manager.connection.driver as PostgresDriver).master as Pool;
  const { text, values } = sql`SELECT ${names} FROM ${raw(tableName)} WHERE id = ${id}`;
  return (await pool.query<T>({ name: `${tableName} by id`, text, values })).rows[0];
}

/**
 * Changes one row, if it still has the version expected, and gives what it was and what it became; undefined where there is no such row.
 * In a transaction: the row is locked before, so that what it was is what the change began with.
 * @param rows of a transaction
 * @throws Problem bad-request when nothing is to change; precondition-failed
 */
export async function edit<T extends Edited>(
  rows: Repository<T>,
  id: string,
  expected: ExpectedVersion,
  changes: object,
): Promise<{ before: T; after: T } | undefined> {
  if (Object.values(changes).every((value) => value === undefined))
    throw new Problem('bad-request', 'Name at least one field to change.');
  const before = await lockVersion(rows, id, expected);
  if (!before) return undefined;
  const answer = await rows
    .createQueryBuilder()
    .update()
    .set({ ...changes, version: () => 'version + 1', updated_at: () => 'now()' } as object)
    .where({ id })
    .returning('*')
    .execute();
  const [after] = answer.raw as [T];
  return { before, after };
}

/**
 * The row as it stays until the transaction ends; undefined where there is none.
 * @param rows of a transaction
 * @throws Problem precondition-failed where it has another version than expected
 */
export async function lockVersion<T extends Edited>(
  rows: Repository<T>,
  id: string,
  expected: ExpectedVersion,
): Promise<T | undefined> {
  const locked = rows.createQueryBuilder('t').setLock('for_no_key_update').where('t.id = :id', { id });
  const found = await locked.getOne();
  if (!found) return undefined;
  if (expected !== 'any' && found.version !== expected) throw changedMeanwhile(rows.metadata.name.toLowerCase());
  return found;
}
