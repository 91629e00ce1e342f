import { type Queryable, rows, sql } from '../common/sql';
import { type CustomerTable, customerTables } from '../customers/customer-tables';

export type RelationKind = 'table' | 'partitioned table' | 'view' | 'materialized view' | 'foreign table';

/** What stands where the service looks for users or purchase_history. */
export interface CustomerRelation {
  name: CustomerTable;
  schema: string;
  kind: RelationKind;
  bytes: number;
  /** The planner has figures on it. */
  analysed: boolean;
  /** Share of its pages that an index-only scan need not look at. */
  allVisibleShare: number;
  /** Policies decide which rows our role sees. */
  rowSecurity: boolean;
  /** Our role owns it, or may change its rows. */
  writable: boolean;
}

export const customerRelations = (database: Queryable, schema: string): Promise<CustomerRelation[]> =>
  rows(
    database,
    sql`SELECT c.relname AS name, n.nspname AS schema,
               CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
                              WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END AS kind,
               coalesce(pg_relation_size(c.oid), 0)::float8
                 + (SELECT coalesce(sum(pg_relation_size(relid)), 0) FROM pg_partition_tree(c.oid) WHERE relid <> c.oid)::float8 AS bytes,
               EXISTS (SELECT 1 FROM pg_stats s WHERE s.schemaname = n.nspname AND s.tablename = c.relname) AS analysed,
               coalesce(c.relallvisible::float8 / nullif(c.relpages, 0), 0) AS "allVisibleShare",
               row_security_active(c.oid) AS "rowSecurity",
               pg_has_role(c.relowner, 'USAGE') OR has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') AS writable
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ${schema} AND c.relname = ANY (${[...customerTables]}) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
         ORDER BY c.relname DESC`,
  );
