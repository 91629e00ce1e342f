import { empty, sql, type Sql } from '../../common/sql';
import type { Source } from '../engines/audience-engine';
import type { Rule } from '../rules/rule';

/** What of a segment is kept of every version. */
interface Definition {
  name: string;
  description: string;
  filters: Rule;
  is_active: boolean;
}

export interface VersionRow {
  version: number;
  changed_at: Date;
  changed_by: string;
  before: Definition | null;
  after: Definition;
}

export interface SizeRow {
  version: number;
  as_of: Date;
  total: string;
  source: Source;
}

/** Keeps what a segment is now as its version; in the transaction that changed it. */
export const insertVersion = (segmentId: string, changedBy: string): Sql => sql`
  INSERT INTO segment_versions (segment_id, version, name, description, filters, is_active, changed_by)
  SELECT id, version, name, description, filters, is_active, ${changedBy} FROM segments WHERE id = ${segmentId}`;

/** Versions newest first, older than `before`, each beside the one it replaced. */
export const selectVersions = (segmentId: string, limit: number, [before]: string[] = []): Sql => sql`
  SELECT v.version, v.changed_at, v.changed_by, ${definition(sql`v`)} AS after,
         CASE WHEN b.version IS NOT NULL THEN ${definition(sql`b`)} END AS before
  FROM segment_versions v LEFT JOIN segment_versions b ON b.segment_id = v.segment_id AND b.version = v.version - 1
  WHERE v.segment_id = ${segmentId} ${before === undefined ? empty : sql`AND v.version < ${before}`}
  ORDER BY v.version DESC LIMIT ${limit}`;

const definition = (t: Sql): Sql =>
  sql`jsonb_build_object('name', ${t}.name, 'description', ${t}.description, 'filters', ${t}.filters, 'is_active', ${t}.is_active)`;

export const countVersions = (segmentId: string): Sql =>
  sql`SELECT count(*) AS total FROM segment_versions WHERE segment_id = ${segmentId}`;

/** Keeps how large segments were; of each version the first size of a minute stays. */
export const insertSizes = (
  sizes: { segmentId: string; version: number; total: number }[],
  asOf: string,
  source: Source,
): Sql => sql`
  INSERT INTO segment_sizes (segment_id, version, as_of, total, source)
  SELECT n.segment_id, n.version, ${asOf}::timestamptz, n.total, ${source}
  FROM unnest(${sizes.map((s) => s.segmentId)}::uuid[], ${sizes.map((s) => s.version)}::int[], ${sizes.map((s) => s.total)}::bigint[])
       AS n (segment_id, version, total)
  ON CONFLICT DO NOTHING`;

/** Sizes newest first, older than the one of `before`, an instant and a version: the column index reads several versions at one instant. */
export const selectSizes = (segmentId: string, limit: number, [asOf, version]: string[] = []): Sql => sql`
  SELECT version, as_of, total, source FROM segment_sizes
  WHERE segment_id = ${segmentId} ${asOf === undefined ? empty : sql`AND (as_of, version) < (${asOf}::timestamptz, ${version}::int)`}
  ORDER BY as_of DESC, version DESC LIMIT ${limit}`;

export const countSizes = (segmentId: string): Sql =>
  sql`SELECT count(*) AS total FROM segment_sizes WHERE segment_id = ${segmentId}`;
