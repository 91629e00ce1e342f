import { sql, type Sql } from '../common/sql';

/** A size that a segment was counted at. */
export interface TrendRow {
  segment_id: string;
  as_of: Date;
  total: string;
}

/**
 * The last size of each day (UTC) of each of these segments, of its last so many days that have one, oldest first. In one statement, each
 * point one step down the key of segment_sizes: however often a segment was counted in a day, none of the rest of that day is read.
 */
export const selectTrends = (segmentIds: string[], mostDays: number): Sql => sql`
  SELECT segment_id, as_of, total FROM unnest(${segmentIds}::uuid[]) AS asked (id) CROSS JOIN LATERAL (
    WITH RECURSIVE days (segment_id, as_of, total, place) AS (
      (SELECT segment_id, as_of, total, 1 FROM segment_sizes WHERE segment_id = asked.id ORDER BY as_of DESC, version DESC LIMIT 1)
      UNION ALL
      SELECT earlier.*, days.place + 1 FROM days CROSS JOIN LATERAL (
        SELECT segment_id, as_of, total FROM segment_sizes
        WHERE segment_id = days.segment_id AND as_of < date_trunc('day', days.as_of, 'UTC') ORDER BY as_of DESC, version DESC LIMIT 1
      ) earlier
      WHERE days.place < ${mostDays}
    )
    SELECT * FROM days
  ) trend
  ORDER BY segment_id, as_of`;

/** A campaign that uses a segment. */
export interface UseRow {
  segment_id: string;
  id: string;
  name: string;
}

/** Active campaigns that include or exclude these segments, newest first, so many of each segment. One pass over the campaigns. */
export const selectUses = (segmentIds: string[], most: number): Sql => sql`
  SELECT segment_id, id, name FROM (
    SELECT used.segment_id, c.id, c.name, row_number() OVER (PARTITION BY used.segment_id ORDER BY c.created_at DESC, c.id DESC) AS place
    FROM campaigns c CROSS JOIN LATERAL (SELECT DISTINCT unnest(c.segment_ids || c.excluded_segment_ids) AS segment_id) used
    WHERE c.is_active AND used.segment_id = ANY (${segmentIds}::uuid[])
  ) uses
  WHERE place <= ${most} ORDER BY segment_id, place`;
