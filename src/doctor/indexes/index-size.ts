import { type Queryable, raw, row, sql } from '../../common/sql';
import { qualified } from './create-index';
import type { ProposedIndex } from './proposed-indexes';

/** What is known of a table when the size of an index on it is estimated. */
export interface TableSize {
  schema: string;
  name: string;
  /** As the planner estimates them; of a partitioned table those of all partitions. */
  rows: number;
  columns: ReadonlyMap<string, ColumnStatistics>;
}

export interface ColumnStatistics {
  /** Average bytes of a value that is not NULL. */
  width: number;
  /** Different values: their number, or below 0 their share of the rows. */
  distinct: number;
  nullShare: number;
}

const PAGE_BYTES = 8192;
/** Beside the entries: the page's header and what a B-tree keeps at its end. */
const PAGE_OVERHEAD_BYTES = 40;
const BTREE_FILL = 0.9;
/** An entry's pointer in its page, and its header. */
const ENTRY_OVERHEAD_BYTES = 4 + 8;
/** Another row with the same value, in an entry that is kept once for all of them. */
const REPEATED_ROW_BYTES = 6;
/** Inner pages of a B-tree, beside its leaves. */
const INNER_PAGES = 1.01;

/**
 * Bytes of the index when CREATE INDEX has just made it, before updates loosen it. An estimate: what was built in bench/index-gain and in the
 * tests lay within a factor of two.
 */
export async function estimateBytes(database: Queryable, table: TableSize, index: ProposedIndex): Promise<number> {
  return index.method === 'gin' ? estimateGinBytes(database, table, index.keys[0]) : estimateBtreeBytes(table, index);
}

function estimateBtreeBytes(table: TableSize, { keys, include }: ProposedIndex): number {
  const columns = [...keys, ...include].map((column) => table.columns.get(column) ?? UNKNOWN);
  const nulls = 1 - columns.reduce((product, { nullShare }) => product * (1 - nullShare), 1);
  const width = columns.reduce((sum, column) => sum + column.width * (1 - column.nullShare), 0);
  const entry = ENTRY_OVERHEAD_BYTES + aligned(width) + 8 * nulls;
  const single = table.rows * entry;
  // equal keys share an entry, but for an index with INCLUDE
  const different = keys.length === 1 && include.length === 0 ? distinctOf(columns[0], table.rows) : table.rows;
  const shared = different * entry + table.rows * REPEATED_ROW_BYTES;
  const leaves = Math.min(single, shared) / ((PAGE_BYTES - PAGE_OVERHEAD_BYTES) * BTREE_FILL);
  return Math.ceil(leaves * INNER_PAGES + 1) * PAGE_BYTES;
}

/** Where nothing is known of a column: it was never analysed. */
const UNKNOWN: ColumnStatistics = { width: 12, distinct: -1, nullShare: 0 };

/** Values lie at multiples of 8 bytes. */
const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;

const distinctOf = ({ distinct }: ColumnStatistics, rows: number): number => (distinct < 0 ? -distinct * rows : distinct);

/** Rows looked at to learn what is in the preferences. */
const SAMPLED_ROWS = 5000;
/** A row in the list of a value that several have: about the distance to the row before. */
const LISTED_ROW_BYTES = 2;
/** A value: its hash, header and pointer. */
const VALUE_BYTES = 30;

/**
 * Bytes of a GIN index with jsonb_path_ops: an entry for each different value, with the list of rows that have it. Statistics do not say
 * how many there are, so some pages of the table are read; from the values in them the different ones of the whole are estimated the way
 * ANALYZE does it (Haas and Stokes, "Duj1").
 */
async function estimateGinBytes(database: Queryable, table: TableSize, column: string): Promise<number> {
  const percent = Math.min(100, (100 * SAMPLED_ROWS) / Math.max(table.rows, 1));
  const sample = await row<Record<'rows' | 'values' | 'different' | 'once', number>>(
    database,
    sql`WITH sample AS MATERIALIZED (SELECT ${raw(column)} AS document FROM ${raw(qualified(table))} TABLESAMPLE SYSTEM (${percent}::real)),
             value AS (SELECT value, count(*) AS times FROM sample, jsonb_path_query(document, 'strict $.**') value
                        WHERE jsonb_typeof(value) NOT IN ('object', 'array') GROUP BY value)
        SELECT (SELECT count(*) FROM sample)::int AS rows, coalesce(sum(times), 0)::int AS values, count(*)::int AS different,
               (count(*) FILTER (WHERE times = 1))::int AS once
          FROM value`,
  );
  if (sample.values === 0) return 2 * PAGE_BYTES;
  const values = (table.rows * sample.values) / sample.rows;
  const repeated = sample.values - sample.once;
  const different =
    (sample.values * sample.different) / (repeated + (sample.once * sample.values) / Math.max(values, sample.values));
  return (
    (Math.ceil((different * VALUE_BYTES + values * LISTED_ROW_BYTES) / (PAGE_BYTES - PAGE_OVERHEAD_BYTES)) + 2) * PAGE_BYTES
  );
}
