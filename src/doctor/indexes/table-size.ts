import { type Queryable, row, rows, sql } from '../../common/sql';
import type { ColumnStatistics, TableSize } from './index-size';

const FIXED_WIDTH: Record<string, number> = {
  uuid: 16,
  'timestamp with time zone': 8,
  'timestamp without time zone': 8,
  'double precision': 8,
  boolean: 1,
};
/** Of a value of any other type, where no statistics say more. */
const USUAL_WIDTH = 12;
/** ANALYZE cuts the fraction off an average. */
const CUT_OFF = 0.5;
const GUESSED_ROW_BYTES = 150;

/** What the planner knows of a table. Reads catalogs only. */
export async function tableSize(database: Queryable, schema: string, name: string): Promise<TableSize> {
  // what was never analysed has -1 rows: of a partitioned table the partitions may know, else the bytes have to say
  const { count } = await row<{ count: number }>(
    database,
    sql`SELECT coalesce(sum(CASE WHEN c.reltuples < 0 THEN pg_relation_size(c.oid) / ${GUESSED_ROW_BYTES}::int ELSE c.reltuples END), 0)::float8 AS count
          FROM pg_class t
          JOIN pg_namespace n ON n.oid = t.relnamespace
          JOIN pg_class c ON c.oid = ANY (CASE WHEN t.relkind = 'p' AND t.reltuples < 0
                                               THEN ARRAY(SELECT relid::oid FROM pg_partition_tree(t.oid) WHERE isleaf) ELSE ARRAY[t.oid] END)
         WHERE n.nspname = ${schema} AND t.relname = ${name}`,
  );
  const columns = await rows<{ name: string; type: string } & { [K in keyof ColumnStatistics]: number | null }>(
    database,
    sql`SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, s.avg_width AS width, s.n_distinct::float8 AS distinct,
               s.null_frac::float8 AS "nullShare"
          FROM pg_attribute a
          JOIN pg_class c ON c.oid = a.attrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN LATERAL (SELECT * FROM pg_stats WHERE schemaname = n.nspname AND tablename = c.relname AND attname = a.attname
                              ORDER BY inherited DESC LIMIT 1) s ON true
         WHERE n.nspname = ${schema} AND c.relname = ${name} AND a.attnum > 0 AND NOT a.attisdropped`,
  );
  const statistics = columns.map(({ name: column, type, width, distinct, nullShare }): [string, ColumnStatistics] => [
    column,
    { width: FIXED_WIDTH[type] ?? (width ?? USUAL_WIDTH) + CUT_OFF, distinct: distinct ?? -1, nullShare: nullShare ?? 0 },
  ]);
  return { schema, name, rows: count, columns: new Map(statistics) };
}
