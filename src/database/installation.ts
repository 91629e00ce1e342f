import { type Queryable, raw, row, rows, sql, type Sql } from '../common/sql';

/**
 * The newest migration that took away, or gave another meaning to, what the version before it uses. A version that does not know it cannot
 * work on this schema; one that knows it can, whatever was added since. A migration that only adds leaves this as it is.
 */
const USABLE_FROM = 'Audit1796500000000';

export interface Installation {
  /** The tables were restored from a dump, and nobody has said since that this is known. */
  isRestored: boolean;
  /** The migration that a version must know to work on them. */
  usableFrom: string;
}

const table = (schema: string): Sql => raw(`"${schema}".installation`);

/** A dump has names and rows, and not the numbers of tables: where these are others than those on record, the tables are from a dump. */
const numbers = (schema: string): Sql => {
  const number = (name: string) => `to_regclass('"${schema}".${name}')::oid`;
  return raw(`concat_ws(' ', ${['migrations', 'dispatches', 'dispatch_lanes'].map(number).join(', ')})`);
};

/** @returns undefined where the schema does not say: it is empty, or of before this was kept */
export async function installationOf(database: Queryable, schema: string): Promise<Installation | undefined> {
  const { known } = await row<{ known: boolean }>(
    database,
    sql`SELECT to_regclass(${`"${schema}".installation`}) IS NOT NULL AS known`,
  );
  if (!known) return undefined;
  const [found] = await rows<Installation>(
    database,
    sql`SELECT tables <> ${numbers(schema)} AS "isRestored", usable_from AS "usableFrom" FROM ${table(schema)}`,
  );
  return found;
}

/** Puts on record which tables these are and which versions they are for, after whatever changed them. Without parameters: it stands in scripts, too. */
export const recordInstallation = (schema: string): Sql => sql`
  INSERT INTO ${table(schema)} AS i (tables, usable_from) VALUES (${numbers(schema)}, ${raw(`'${USABLE_FROM}'`)})
  ON CONFLICT (the_one) DO UPDATE SET tables = excluded.tables, usable_from = excluded.usable_from
  WHERE (i.tables, i.usable_from) <> (excluded.tables, excluded.usable_from)`;
