import { raw, sql, type Sql } from '../common/sql';
import { state } from './notification-state';

/** Statements on all notifications of one customer: a probe of the primary key for each dispatch there was. */

/** Attempts that something was written about, oldest first. */
export interface AttemptRow {
  dispatch_id: string;
  attempt: number;
  outcome: string;
  error: string | null;
  ended_at: Date;
}

export const selectAttempts = (userId: string): Sql => sql`
  SELECT a.dispatch_id, a.attempt, a.outcome, a.error, a.ended_at
  FROM dispatches d JOIN notification_attempts a ON a.dispatch_id = d.id AND a.user_id = ${userId}::uuid
  ORDER BY a.dispatch_id, a.ended_at, a.attempt`;

/**
 * The order of locks is that of settle: notifications, their retries, their lanes in order. A statement of its own: a retry that a settle
 * writes at this moment is seen by the next.
 */
export const lockNotifications = (userId: string): Sql => sql`
  SELECT 1 FROM dispatches d JOIN notifications n ON n.dispatch_id = d.id AND n.user_id = ${userId}::uuid
  ORDER BY n.dispatch_id FOR UPDATE OF n`;

/** Which lane. */
export interface LaneKey {
  dispatch_id: string;
  lane_no: number;
}

export interface EmptiedRow {
  notifications: number;
  emptied: number;
  attempts: number;
  /** Where notifications were withdrawn, one each; in order. */
  lanes: LaneKey[];
}

const pending = sql`state IN (${raw(`${state.queued}, ${state.waitsForRetry}`)})`;

/**
 * Withholds what is not settled, in whoever's hands it is (his settle is rejected then, and keeps nothing), and takes out of all of them what
 * workers wrote. The rows stay: they are what a dispatch adds up from. An error by which failures were redriven may be theirs.
 */
export const emptyNotifications = (userId: string): Sql => sql`
  WITH mine AS MATERIALIZED (
    SELECT n.dispatch_id, n.lane_no, n.error, n.${pending} AS is_pending
    FROM dispatches d JOIN notifications n ON n.dispatch_id = d.id AND n.user_id = ${userId}::uuid
  ), texts AS MATERIALIZED (
    SELECT dispatch_id, error FROM mine
    UNION
    SELECT a.dispatch_id, a.error FROM mine JOIN notification_attempts a ON a.dispatch_id = mine.dispatch_id AND a.user_id = ${userId}::uuid
  ), emptied AS (
    UPDATE notifications n SET
      state = CASE WHEN is_pending THEN ${state.withheld} ELSE n.state END,
      settled_at = CASE WHEN is_pending THEN clock_timestamp() ELSE n.settled_at END,
      error = CASE WHEN is_pending THEN 'erased' WHEN n.state = ${state.withheld} THEN n.error END,
      meta = NULL
    FROM mine
    WHERE n.dispatch_id = mine.dispatch_id AND n.user_id = ${userId}::uuid
      AND (is_pending OR n.meta IS NOT NULL OR n.error IS NOT NULL AND n.state <> ${state.withheld})
    RETURNING 1
  ), waited AS (
    DELETE FROM notification_retries r USING mine WHERE r.dispatch_id = mine.dispatch_id AND r.user_id = ${userId}::uuid
  ), attempted AS (
    UPDATE notification_attempts a SET error = NULL FROM mine
    WHERE a.dispatch_id = mine.dispatch_id AND a.user_id = ${userId}::uuid AND a.error IS NOT NULL RETURNING 1
  ), redriven AS (
    UPDATE dispatch_redrives r SET error = '' FROM texts t WHERE r.dispatch_id = t.dispatch_id AND r.error = t.error AND r.error <> ''
  )
  SELECT (SELECT count(*)::int FROM mine) AS notifications, (SELECT count(*)::int FROM emptied) AS emptied, (SELECT count(*)::int FROM attempted) AS attempts,
         (SELECT coalesce(json_agg(json_build_object('dispatch_id', dispatch_id::text, 'lane_no', lane_no) ORDER BY dispatch_id, lane_no), '[]')
          FROM mine WHERE is_pending) AS lanes`;

export const lockLanes = (lanes: readonly LaneKey[]): Sql => sql`
  SELECT 1 FROM dispatch_lanes l JOIN ${these(lanes)} ON l.dispatch_id = t.dispatch_id AND l.lane_no = t.lane_no
  ORDER BY l.dispatch_id, l.lane_no FOR NO KEY UPDATE OF l`;

/** Counts one notification of each as withheld; in a lane that was cancelled it was counted as that. */
export const countWithheld = (lanes: readonly LaneKey[]): Sql => sql`
  UPDATE dispatch_lanes l SET withheld = l.withheld + 1, cancelled = greatest(l.cancelled - 1, 0),
    open = l.open AND l.sent + l.failed + l.withheld + 1 < l.total
  FROM ${these(lanes)} WHERE l.dispatch_id = t.dispatch_id AND l.lane_no = t.lane_no`;

const these = (lanes: readonly LaneKey[]): Sql =>
  sql`unnest(${lanes.map((lane) => lane.dispatch_id)}::bigint[], ${lanes.map((lane) => lane.lane_no)}::int[]) AS t (dispatch_id, lane_no)`;
