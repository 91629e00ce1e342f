import { type Queryable, rows, sql } from '../../common/sql';
import type { IndexedTable, Partition } from './create-index';
import type { CustomerRelation } from '../customer-relations';
import type { ProposedIndex } from './proposed-indexes';

export interface ExistingIndex {
  name: string;
  method: string;
  /** The columns it is ordered by; '' is an expression. */
  keys: string[];
  include: string[];
  /** false: a build that failed, or still runs. */
  valid: boolean;
  /** Holds only the rows that a condition is true of. */
  partial: boolean;
  /** Its operators and collations are those that a segment's comparisons use. */
  comparesAlike: boolean;
}

export const existingIndexes = (database: Queryable, { schema, name }: CustomerRelation): Promise<ExistingIndex[]> =>
  rows(
    database,
    sql`SELECT ic.relname AS name, am.amname AS method, i.indisvalid AND i.indisready AS valid, i.indpred IS NOT NULL AS partial,
               ARRAY(SELECT coalesce(a.attname, '')::text
                       FROM generate_series(0, i.indnkeyatts - 1) at
                       LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[at] ORDER BY at) AS keys,
               ARRAY(SELECT a.attname::text
                       FROM generate_series(i.indnkeyatts, i.indnatts - 1) at
                       JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[at] ORDER BY at) AS include,
               NOT EXISTS (SELECT FROM generate_series(0, i.indnkeyatts - 1) at
                             JOIN pg_opclass o ON o.oid = i.indclass[at]
                             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[at]
                            WHERE i.indcollation[at] <> a.attcollation
                               OR NOT (o.opcdefault OR o.opcname IN ('text_pattern_ops', 'varchar_pattern_ops', 'jsonb_path_ops')))
                 AS "comparesAlike"
          FROM pg_index i
          JOIN pg_class ic ON ic.oid = i.indexrelid
          JOIN pg_am am ON am.oid = ic.relam
          JOIN pg_class c ON c.oid = i.indrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ${schema} AND c.relname = ${name}
         ORDER BY ic.relname`,
  );

/** Whether an index answers what the proposed one would: its leading columns, in whichever direction, and all that it carries. */
export function serves(index: ExistingIndex, proposed: ProposedIndex): boolean {
  const has = [...index.keys, ...index.include];
  return (
    index.method === proposed.method &&
    !index.partial &&
    index.comparesAlike &&
    proposed.keys.every((key, at) => index.keys[at] === key) &&
    proposed.include.every((column) => has.includes(column))
  );
}

/** The table with its partitions, parents first. */
export async function withPartitions(database: Queryable, { schema, name }: CustomerRelation): Promise<IndexedTable> {
  const partitions = await rows<{ schema: string; name: string; leaf: boolean; parentSchema: string; parentName: string }>(
    database,
    sql`SELECT n.nspname AS schema, c.relname AS name, part.isleaf AS leaf, pn.nspname AS "parentSchema", p.relname AS "parentName"
          FROM pg_class root JOIN pg_namespace rn ON rn.oid = root.relnamespace,
               pg_partition_tree(root.oid) part
          JOIN pg_class c ON c.oid = part.relid JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_class p ON p.oid = part.parentrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
         WHERE rn.nspname = ${schema} AND root.relname = ${name} AND part.level > 0
         ORDER BY part.level, n.nspname, c.relname`,
  );
  return {
    schema,
    name,
    partitions: partitions.map(({ parentSchema, parentName, ...partition }): Partition => ({
      ...partition,
      parent: { schema: parentSchema, name: parentName },
    })),
  };
}

/** Names that a new index beside the table or its partitions cannot have. */
export async function takenNames(database: Queryable, table: IndexedTable): Promise<Set<string>> {
  const schemas = [table, ...table.partitions].map(({ schema }) => schema);
  const taken = await rows<{ name: string }>(
    database,
    sql`SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY (${schemas})`,
  );
  return new Set(taken.map(({ name }) => name));
}
