import sql, { empty, join, raw, type Sql } from 'sql-template-tag';

/**
 * The sql`` tag: composable statements whose values are always parameters ($1, $2 …). `raw` writes text as it is; it is for
 * constants of ours only.
 */
export { empty, join, raw, sql, type Sql };

/** What can run a statement: a DataSource, an EntityManager or a QueryRunner of TypeORM. */
export interface Queryable {
  query(text: string, values?: unknown[]): Promise<unknown>;
}

/** Runs one statement and gives its rows. */
export async function rows<T>(database: Queryable, statement: Sql): Promise<T[]> {
  const answer = await database.query(statement.text, statement.values);
  // TypeORM gives [rows, affected] for UPDATE and DELETE, and the rows alone for everything else
  const isPair = Array.isArray(answer) && answer.length === 2 && Array.isArray(answer[0]) && typeof answer[1] === 'number';
  return (isPair ? answer[0] : answer) as T[];
}

/** Runs a statement that always gives one row. */
export async function row<T>(database: Queryable, statement: Sql): Promise<T> {
  const [first] = await rows<T>(database, statement);
  if (first === undefined) throw new Error('A statement that always gives a row gave none');
  return first;
}
