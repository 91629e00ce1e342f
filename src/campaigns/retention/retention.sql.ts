import { raw, sql, type Sql } from '../../common/sql';
import { foundBy } from '../../notifications/notification-state';
import type { IdRange } from '../../notifications/volumes/volumes.service';
import { codeOf, SPARED } from '../audience/reasons';

const within = ({ first_id, end_id }: IdRange, column: Sql): Sql =>
  sql`${column} >= ${first_id}::bigint AND ${column} < ${end_id}::bigint`;

/** What the dispatches of a volume come to; counts are bigint, so text. */
export interface VolumeFactsRow {
  dispatches: string;
  notifications: string;
  oldest: Date | null;
  /** When the last of them was over; null while one is not, and where there is none. */
  newest_end: Date | null;
  /** Those because of which it may not go, and why the first of them is. */
  blocking: string;
  blocking_id: string | null;
  why: string | null;
  archived: string;
}

/**
 * A dispatch is over when nothing of it is queued, leased or to be tried again, its end was announced, and so many days have passed since, or since
 * somebody had something of it tried again. One without a frozen audience stays: who had it is known from its rows alone.
 */
export const selectVolumeFacts = (volume: IdRange, days: number): Sql => sql`
  SELECT count(*) AS dispatches, coalesce(sum(total), 0) AS notifications, min(created_at) AS oldest, count(archived_at) AS archived,
         CASE WHEN bool_and(ended_at IS NOT NULL) THEN max(ended_at) END AS newest_end,
         count(why) AS blocking, min(id) FILTER (WHERE why IS NOT NULL) AS blocking_id,
         (array_agg(why ORDER BY id) FILTER (WHERE why IS NOT NULL))[1] AS why
  FROM (
    SELECT d.id, d.created_at, d.archived_at, l.total, over.ended_at, CASE
      WHEN d.archived_at IS NOT NULL THEN NULL
      WHEN d.status IN ('resolving', 'writing', 'paused') THEN 'is ' || d.status
      WHEN l.unsettled > 0 THEN 'has something queued'
      WHEN EXISTS (SELECT FROM notification_retries r WHERE r.dispatch_id = d.id) THEN 'has something to be tried again'
      WHEN EXISTS (SELECT FROM notification_leases x WHERE x.dispatch_id = d.id AND x.ended_at IS NULL AND x.lease_until > now()) THEN 'has something in the hands of a worker'
      WHEN d.announced_at IS NULL AND d.status IN ('dispatched', 'cancelled') AND d.kind <> 'dry_run' THEN 'has its end to be announced'
      WHEN EXISTS (SELECT FROM dispatch_lanes o WHERE o.dispatch_id = d.id AND NOT EXISTS (
        SELECT FROM dispatch_audience a WHERE a.dispatch_id = o.dispatch_id AND a.chunk_no = o.lane_no))
        THEN 'has no audience that was kept: who had it is known from its notifications alone'
      WHEN over.ended_at > now() - make_interval(days => ${days}::int) THEN 'has not been over for so long' END AS why
    FROM dispatches d
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(total), 0) AS total, coalesce(sum(total - sent - failed - cancelled - withheld), 0) AS unsettled
      FROM dispatch_lanes WHERE dispatch_id = d.id
    ) l
    CROSS JOIN LATERAL (
      SELECT greatest(d.finished_at, d.announced_at, (SELECT max(r.created_at) FROM dispatch_redrives r WHERE r.dispatch_id = d.id),
                      (SELECT max(a.ended_at) FROM notification_attempts a WHERE a.dispatch_id = d.id)) AS ended_at
    ) over
    WHERE ${within(volume, sql`d.id`)}
  ) facts`;

/** Nobody redrives, pauses or cancels them until the transaction ends. */
export const holdVolume = (volume: IdRange): Sql =>
  sql`SELECT id FROM dispatches WHERE ${within(volume, sql`id`)} AND archived_at IS NULL ORDER BY id FOR NO KEY UPDATE`;

export const archiveVolume = (volume: IdRange): Sql =>
  sql`UPDATE dispatches SET archived_at = clock_timestamp() WHERE ${within(volume, sql`id`)} AND archived_at IS NULL RETURNING id`;

/** A lane of which something was cancelled or withheld. */
export interface LaneKey {
  dispatch_id: string;
  lane_no: number;
}

export const selectSparing = ({ end_id }: IdRange, { dispatch_id, lane_no }: LaneKey, limit: number): Sql => sql`
  SELECT dispatch_id, lane_no FROM dispatch_lanes
  WHERE (dispatch_id, lane_no) > (${dispatch_id}::bigint, ${lane_no}::int) AND dispatch_id < ${end_id}::bigint AND cancelled + withheld > 0
  ORDER BY dispatch_id, lane_no LIMIT ${limit}`;

/**
 * Writes into the audience of these lanes whom a cancellation spared, out of the rows of their volume: attached or detached, always under its own
 * name. The same again is the same.
 */
export const keepSpared = (volume: string, lanes: readonly LaneKey[]): Sql => sql`
  UPDATE dispatch_audience a SET reasons = kept.reasons
  FROM (
    SELECT l.dispatch_id, l.lane_no, array_agg(CASE
        WHEN c.reason NOT IN (${codeOf('targeted')}, ${SPARED}) THEN c.reason
        WHEN ${foundBy.cancelled.holds} THEN ${SPARED}::smallint ELSE ${codeOf('targeted')}::smallint END ORDER BY c.place) AS reasons
    FROM unnest(${lanes.map((lane) => lane.dispatch_id)}::bigint[], ${lanes.map((lane) => lane.lane_no)}::int[]) AS asked (dispatch_id, lane_no)
    JOIN dispatch_lanes l ON l.dispatch_id = asked.dispatch_id AND l.lane_no = asked.lane_no
    JOIN dispatch_audience of_lane ON of_lane.dispatch_id = l.dispatch_id AND of_lane.chunk_no = l.lane_no
    CROSS JOIN LATERAL unnest(of_lane.user_ids, of_lane.reasons) WITH ORDINALITY AS c (user_id, reason, place)
    LEFT JOIN ${raw(volume)} n ON n.dispatch_id = l.dispatch_id AND n.lane_no = l.lane_no AND n.user_id = c.user_id
    GROUP BY l.dispatch_id, l.lane_no
  ) kept
  WHERE a.dispatch_id = kept.dispatch_id AND a.chunk_no = kept.lane_no AND a.reasons <> kept.reasons
  RETURNING a.chunk_no`;
