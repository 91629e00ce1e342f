import { type Client, DatabaseError, escapeIdentifier } from 'pg';
import { empty, join, raw, type Sql, sql } from '../common/sql';
import type { CustomerTable } from './customer-tables';
import { ImportError, refused, STAGED } from './import-error';

/** A column of the table that is filled. */
interface Column {
  name: string;
  /** A value must be given: it is NOT NULL without a default, or it is the id, by which rows are told apart. */
  required: boolean;
  not_null: boolean;
  default_expression: string | null;
  /** timestamptz or timestamp: it moves with `--shift-to`. A date, such as a birthday, does not. */
  is_instant: boolean;
  is_text: boolean;
  /** The table computes it itself. */
  is_computed: boolean;
}

/**
 * The rows of one file on their way into a table: a temporary table of the same columns, defaults and checks, so that a record that
 * breaks one is refused while it is read, with its line. It ends with the transaction.
 */
export class StagedTable {
  private constructor(
    private readonly client: Client,
    private readonly target: Sql,
    private readonly staged: Sql,
    private readonly columns: Column[],
    private readonly file: string,
  ) {}

  /** @throws ImportError when the header does not fit the table */
  static async create(
    client: Client,
    schema: string,
    table: CustomerTable,
    header: string[],
    file: string,
  ): Promise<StagedTable> {
    const all = await columnsOf(client, schema, table);
    if (all.length === 0) throw new ImportError(`There is no ${table} in the schema ${schema}`);
    const problem = headerProblem(table, all, header);
    if (problem) throw new ImportError(`${file} line 1: ${problem}`);
    // a name of its own: a trigger of the table that says plainly "users" must not find this one
    const staged = join([name('pg_temp'), name(`${STAGED}${table}`)], '.');
    const target = join([name(schema), name(table)], '.');
    const optional = all.filter((column) => column.not_null && !column.required);
    const dropNotNull = optional.map((column) => sql`, ALTER COLUMN ${name(column.name)} DROP NOT NULL`);
    await client.query(sql`
      CREATE TEMP TABLE ${staged} (LIKE ${target} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) ON COMMIT DROP;
      ALTER TABLE ${staged} ADD COLUMN import_line bigint NOT NULL ${dropNotNull.length > 0 ? join(dropNotNull, '') : empty}`);
    const columns = header.map((wanted) => all.find((column) => column.name === wanted)!);
    return new StagedTable(client, target, staged, columns, file);
  }

  /**
   * For records that begin with their line. The first line is passed over. An empty value is NULL, and so is `""` where the column
   * is no text: many programs quote everything.
   */
  get copyStatement(): string {
    const notText = this.columns.filter((column) => !column.is_text).map(({ name }) => escapeIdentifier(name));
    const forceNull = notText.length > 0 ? `, FORCE_NULL (${notText.join(', ')})` : '';
    return `COPY ${this.staged.sql} (import_line, ${this.columns.map(({ name }) => escapeIdentifier(name)).join(', ')})
      FROM STDIN (FORMAT csv, HEADER true, ENCODING 'UTF8'${forceNull})`;
  }

  /** The interval from the newest purchase to now, as PostgreSQL writes it; undefined when there is no purchase. */
  async shiftToNow(): Promise<string | undefined> {
    const { rows } = await this.client.query<{ shift: string | null }>(
      sql`SELECT (now() - max(purchase_date))::text AS shift FROM ${this.staged}`,
    );
    return rows[0].shift ?? undefined;
  }

  /** How many purchases are of customers that users does not have. */
  async countOfNobody(schema: string): Promise<number> {
    const users = join([name(schema), name('users')], '.');
    const { rows } = await this.client.query<{ count: number }>(
      sql`SELECT count(*)::int AS count FROM ${this.staged} s WHERE NOT EXISTS (SELECT FROM ${users} u WHERE u.id = s.user_id)`,
    );
    return rows[0].count;
  }

  /**
   * Writes the rows into the table; one whose id is there already replaces it in the columns of the file.
   * @returns how many rows the file had
   * @throws ImportError naming the line of the first record that the table refuses
   */
  async merge(shift?: string): Promise<number> {
    await this.client.query('SAVEPOINT before_merge');
    try {
      const { rowCount } = await this.client.query(this.mergeStatement(shift));
      await this.client.query('SET CONSTRAINTS ALL IMMEDIATE');
      await this.client.query(sql`ANALYZE ${this.target}`); // so that the first questions are planned with the new numbers
      return rowCount ?? 0;
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      await this.client.query('ROLLBACK TO SAVEPOINT before_merge');
      throw (await this.twins()) ?? (await this.firstRefused(shift, error));
    }
  }

  private mergeStatement(shift?: string, lines: Sql = empty): Sql {
    const values = this.columns.map((column) => {
      const value = sql`s.${name(column.name)}`;
      const moved = shift && column.is_instant ? sql`${value} + ${shift}::interval` : value;
      return column.not_null && !column.required
        ? sql`coalesce(${moved}, ${raw(column.default_expression ?? 'NULL')})`
        : moved;
    });
    const changed = this.columns.filter((column) => column.name !== 'id');
    const update = changed.map((column) => sql`${name(column.name)} = excluded.${name(column.name)}`);
    return sql`
      INSERT INTO ${this.target} (${join(this.columns.map((column) => name(column.name)))})
      SELECT ${join(values)} FROM ${this.staged} s ${lines}
      ON CONFLICT (id) DO ${update.length > 0 ? sql`UPDATE SET ${join(update)}` : raw('NOTHING')}`;
  }

  /** Two records of the file that have the same id, or the same value where the table wants it unique. */
  private async twins(): Promise<ImportError | undefined> {
    const { rows: keys } = await this.client.query<{ columns: string[] }>(sql`
      SELECT array_agg(a.attname::text ORDER BY a.attnum) AS columns
        FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
       WHERE i.indrelid = ${this.target.sql}::regclass AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
       GROUP BY i.indexrelid
       ORDER BY 1`);
    for (const key of [['id'], ...keys.map(({ columns }) => columns)]) {
      if (!key.every((wanted) => this.columns.some((column) => column.name === wanted))) continue;
      const columns = join(key.map(name));
      const { rows } = await this.client.query<{ lines: string[]; values: string }>(sql`
        SELECT (array_agg(import_line ORDER BY import_line))[1:2] AS lines, concat_ws(', ', ${columns}) AS values
          FROM ${this.staged} WHERE (${columns}) IS NOT NULL GROUP BY ${columns} HAVING count(*) > 1
         ORDER BY min(import_line) LIMIT 1`);
      if (rows.length > 0) {
        const [first, second] = rows[0].lines;
        return new ImportError(
          `${this.file} line ${second}: it has the same ${key.join(', ')} as line ${first}: ${rows[0].values}`,
        );
      }
    }
    return undefined;
  }

  /**
   * Looks for the record behind a refusal of the whole: halves the lines and keeps what goes in, about twice the work of one merge.
   * All of it is taken back with the transaction.
   */
  private async firstRefused(shift: string | undefined, refusal: DatabaseError): Promise<ImportError> {
    const { rows } = await this.client.query<{ from: number; to: number }>(
      sql`SELECT min(import_line)::int AS from, max(import_line)::int AS to FROM ${this.staged}`,
    );
    let [{ from, to }] = rows;
    let last = refusal;
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      await this.client.query('SAVEPOINT half');
      try {
        await this.client.query(this.mergeStatement(shift, sql`WHERE s.import_line BETWEEN ${from} AND ${middle}`));
        await this.client.query('SET CONSTRAINTS ALL IMMEDIATE');
        from = middle + 1;
      } catch (error) {
        if (!(error instanceof DatabaseError)) throw error;
        await this.client.query('ROLLBACK TO SAVEPOINT half');
        last = error;
        to = middle;
      }
    }
    return refused(last, `${this.file} line ${from}`);
  }
}

const name = (identifier: string): Sql => raw(escapeIdentifier(identifier));

async function columnsOf(client: Client, schema: string, table: CustomerTable): Promise<Column[]> {
  const { rows } = await client.query<Column>(sql`
    SELECT a.attname::text AS name,
           a.attname = 'id' OR (a.attnotnull AND NOT a.atthasdef AND a.attidentity = '') AS required,
           a.attnotnull AS not_null,
           pg_get_expr(d.adbin, d.adrelid) AS default_expression,
           a.atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype) AS is_instant,
           t.typcategory = 'S' AS is_text,
           a.attgenerated <> '' OR a.attidentity = 'a' AS is_computed
      FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE n.nspname = ${schema} AND c.relname = ${table} AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY a.attnum`);
  return rows;
}

function headerProblem(table: string, all: Column[], header: string[]): string | undefined {
  const taken = all.filter((column) => !column.is_computed).map((column) => column.name);
  const unnamed = header.findIndex((column) => column === '');
  if (unnamed >= 0) return `column ${unnamed + 1} has no name`;
  const twice = header.filter((column, at) => header.indexOf(column) !== at);
  if (twice.length > 0) return `the column ${list(twice)} is named twice`;
  const unknown = header.filter((column) => !taken.includes(column));
  if (unknown.length > 0) return `${table} has no column ${list(unknown)}; its columns are ${taken.join(', ')}`;
  const missing = all.filter((column) => column.required && !header.includes(column.name)).map((column) => column.name);
  if (missing.length > 0) return `the required column ${list(missing)} is missing`;
  return undefined;
}

const list = (names: string[]): string => [...new Set(names)].map((each) => each.slice(0, 63)).join(', ');
