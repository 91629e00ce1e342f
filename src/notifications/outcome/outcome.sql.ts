import { empty, sql, type Sql } from '../../common/sql';
import { foundBy, type NotificationStatus, state, statusOf } from '../notification-state';
import type { NotificationKey } from '../notification-key';
import type { FailureGroup, HistoryEntry } from './outcome.dto';

/** What is to be known of a dispatch before its notifications are touched. */
export interface DispatchFactsRow {
  status: string;
  kind: string;
  expired: boolean;
  archived: boolean;
}

export const selectDispatchFacts = (id: string): Sql =>
  sql`SELECT status, kind, coalesce(not_after <= clock_timestamp(), false) AS expired, archived_at IS NOT NULL AS archived FROM dispatches WHERE id = ${id}`;

/** Nobody cancels it until the transaction ends. */
export const holdDispatch = (id: string): Sql => sql`SELECT id FROM dispatches WHERE id = ${id} FOR SHARE`;

/**
 * Puts what was given up among the retries again, due at once, with all its tries before it: everything, or what failed for one reason. Only
 * lanes that count failures are read.
 */
export const redrive = (dispatchId: string, error: string | null | undefined, requestedBy: string): Sql => sql`
  WITH again AS (
    UPDATE notifications n SET state = ${state.waitsForRetry}, settled_at = NULL
    FROM dispatch_lanes l
    WHERE l.dispatch_id = ${dispatchId} AND l.failed > 0 AND n.dispatch_id = l.dispatch_id AND n.lane_no = l.lane_no
      AND n.user_id BETWEEN l.first_user_id AND l.last_user_id AND n.state = ${state.failed}
      ${error === undefined ? empty : sql`AND n.error IS NOT DISTINCT FROM ${error}::text`}
    RETURNING n.dispatch_id, n.user_id, n.lane_no, l.channel, n.attempts
  ), queued AS (
    INSERT INTO notification_retries (dispatch_id, user_id, channel, lane_no, due_at, tried)
    SELECT dispatch_id, user_id, channel, lane_no, clock_timestamp(), greatest(attempts,
      (SELECT max(a.attempt) FROM notification_attempts a WHERE a.dispatch_id = again.dispatch_id AND a.user_id = again.user_id)) FROM again
  ), logged AS (
    INSERT INTO notification_attempts (dispatch_id, user_id, attempt, outcome, worker)
    SELECT dispatch_id, user_id, attempts, 'redriven', ${requestedBy} FROM again
  ), counted AS (
    UPDATE dispatch_lanes l SET failed = l.failed - here.redriven
    FROM (SELECT lane_no, count(*) AS redriven FROM again GROUP BY lane_no ORDER BY lane_no) here
    WHERE l.dispatch_id = ${dispatchId} AND l.lane_no = here.lane_no
    RETURNING here.redriven
  )
  INSERT INTO dispatch_redrives (dispatch_id, error, redriven, requested_by)
  SELECT ${dispatchId}, ${error ?? null}::text, coalesce(sum(redriven), 0), ${requestedBy} FROM counted
  RETURNING redriven, wake_workers()`;

/** What failed, by why: the reasons of most first. `retrying` may still succeed. */
export const selectFailures = (dispatchId: string, limit: number): Sql => sql`
  SELECT error, count(*) FILTER (WHERE is_failed) AS failed, count(*) FILTER (WHERE NOT is_failed) AS retrying,
         (array_agg(${dispatchId}::text || ':' || user_id ORDER BY is_failed DESC, user_id))[1:3] AS examples,
         min(settled_at) AS first_at, max(settled_at) AS last_at
  FROM (
    SELECT n.user_id, n.error, true AS is_failed, n.settled_at
    FROM dispatch_lanes l JOIN notifications n ON n.dispatch_id = l.dispatch_id AND n.lane_no = l.lane_no
      AND n.user_id BETWEEN l.first_user_id AND l.last_user_id
    WHERE l.dispatch_id = ${dispatchId} AND l.failed > 0 AND n.state = ${state.failed}
    UNION ALL
    SELECT n.user_id, n.error, false, NULL
    FROM notification_retries r JOIN notifications n ON n.dispatch_id = r.dispatch_id AND n.user_id = r.user_id
    JOIN dispatch_lanes l ON l.dispatch_id = n.dispatch_id AND l.lane_no = n.lane_no
    WHERE r.dispatch_id = ${dispatchId} AND r.failures > 0 AND n.state = ${state.waitsForRetry} AND l.cancelled = 0
  ) f
  GROUP BY error ORDER BY count(*) DESC, error LIMIT ${limit}`;

export type FailureRow = Omit<FailureGroup, 'failed' | 'retrying' | 'first_at' | 'last_at'> & {
  failed: string;
  retrying: string;
  first_at: Date | null;
  last_at: Date | null;
};

/**
 * Every attempt of one notification, oldest first. Of a lease of a range is known which customers it covers, not what became of each: where
 * nothing else was written about it, it was sent with that lease, or the lease was lost, was released or is under way. Leases that came
 * after it was settled covered it no longer.
 */
export const selectHistory = ({ dispatchId, userId }: NotificationKey): Sql => sql`
  WITH it AS (
    SELECT n.*, coalesce((SELECT min(a.ended_at) FROM notification_attempts a WHERE a.dispatch_id = n.dispatch_id AND a.user_id = n.user_id), n.settled_at, 'infinity') AS left_at
    FROM notifications n WHERE n.dispatch_id = ${dispatchId}::bigint AND n.user_id = ${userId}::uuid
  ), ranges AS (
    SELECT x.reclaims + 1 AS attempt, x.worker, x.claimed_at, x.lease_until, a.outcome, a.error, a.ended_at, a.retry_at, x.outcome AS lease_outcome, x.ended_at AS lease_ended_at, it.state, it.settled_at, it.left_at
    FROM it JOIN notification_leases x ON x.dispatch_id = it.dispatch_id AND x.lane_no = it.lane_no
      AND it.user_id BETWEEN x.first_user_id AND x.last_user_id AND x.worker IS NOT NULL AND x.claimed_at <= it.left_at
      AND (it.state <> ${state.withheld} OR x.ended_at <= it.settled_at)
    LEFT JOIN notification_attempts a ON a.dispatch_id = it.dispatch_id AND a.user_id = it.user_id AND a.lease_token = x.lease_token
  )
  SELECT attempt, worker, claimed_at, ended_at, outcome, error, retry_at FROM (
    SELECT attempt, worker, claimed_at,
           CASE WHEN outcome IS NOT NULL THEN ended_at WHEN lease_ended_at <= left_at AND lease_outcome <> 'settled' THEN lease_ended_at ELSE settled_at END AS ended_at,
           CASE WHEN outcome IS NOT NULL THEN outcome
                WHEN lease_ended_at <= left_at AND lease_outcome <> 'settled' THEN lease_outcome
                WHEN state = ${state.sent} AND NOT EXISTS (SELECT FROM notification_attempts a, it WHERE a.dispatch_id = it.dispatch_id AND a.user_id = it.user_id AND a.outcome = 'sent') THEN 'sent'
                WHEN lease_ended_at IS NULL AND left_at = 'infinity' THEN 'leased'
                WHEN lease_outcome = 'lost' THEN 'lost' ELSE 'overtaken' END AS outcome, error, retry_at
    FROM ranges
    UNION ALL
    SELECT a.attempt, coalesce(x.worker, a.worker), coalesce(x.claimed_at, a.ended_at), a.ended_at, a.outcome, a.error, a.retry_at
    FROM it JOIN notification_attempts a ON a.dispatch_id = it.dispatch_id AND a.user_id = it.user_id
    LEFT JOIN notification_leases x ON x.lease_token = a.lease_token
    WHERE x.dispatch_id IS NULL
    UNION ALL
    SELECT r.tried + r.failures + r.reclaims + 1, x.worker, x.claimed_at, NULL, 'leased', NULL, NULL
    FROM it JOIN notification_retries r ON r.dispatch_id = it.dispatch_id AND r.user_id = it.user_id
    JOIN notification_leases x ON x.lease_token = r.lease_token
    UNION ALL
    SELECT it.attempts, NULL, it.settled_at, it.settled_at, 'withheld', it.error, NULL FROM it WHERE it.state = ${state.withheld}
  ) attempts ORDER BY claimed_at, attempt`;

export type HistoryRow = Omit<HistoryEntry, 'claimed_at' | 'ended_at' | 'retry_at'> & {
  claimed_at: Date;
  ended_at: Date | null;
  retry_at: Date | null;
};

/** Who got it: every notification of a dispatch, or those in one status, by customer id. For a cursor. */
export const selectRecipients = (dispatchId: string, status?: NotificationStatus): Sql => sql`
  SELECT n.dispatch_id || ':' || n.user_id AS id, n.user_id, ${statusOf} AS status, n.attempts, n.settled_at, n.error
  FROM dispatch_lanes l JOIN notifications n ON n.dispatch_id = l.dispatch_id AND n.lane_no = l.lane_no
    AND n.user_id BETWEEN l.first_user_id AND l.last_user_id
  WHERE l.dispatch_id = ${dispatchId} ${status ? sql`AND ${foundBy[status].inLane} > 0 AND ${foundBy[status].holds}` : empty}
  ORDER BY n.user_id`;

export interface RecipientRow {
  id: string;
  user_id: string;
  status: NotificationStatus;
  attempts: number;
  settled_at: Date | null;
  error: string | null;
}
