import { join, raw, sql, type Sql } from '../common/sql';
import type { NotificationKey } from './notification-key';
import { foundBy, type NotificationStatus, state, statusOf } from './notification-state';

/** Every statement on notifications and their lanes. Nobody else writes these two tables. */

/** A part of a dispatch's audience. */
export interface Chunk {
  dispatchId: string;
  chunkNo: number;
}

/**
 * Writes one chunk of a dispatch's audience: a notification for everyone targeted, and the lane they lie in, an unbroken range of the
 * primary key. A lane is what one claim competes for: small enough that workers do not wait for each other, large enough that 1M
 * notifications are 200 lanes.
 *
 * No ON CONFLICT: it doubles the cost of a row, and a conflict here would be a fault that has to be seen. Nothing RETURNING: how many
 * there are stands in the audience, to hand back 5,000 rows to be counted is a fifth of the time, and the end of the dispatch counts them.
 */
export const writeChunk = ({ dispatchId, chunkNo }: Chunk): Sql => sql`
  WITH lane AS (
    INSERT INTO dispatch_lanes (dispatch_id, lane_no, first_user_id, last_user_id, next_user_id, total, channel, priority)
    SELECT a.dispatch_id, a.chunk_no, a.first_user_id, a.last_user_id, a.first_user_id, a.targeted, d.channel, CASE d.kind WHEN 'test' THEN 0 ELSE 1 END
    FROM dispatch_audience a JOIN dispatches d ON d.id = a.dispatch_id
    WHERE a.dispatch_id = ${dispatchId} AND a.chunk_no = ${chunkNo} AND a.targeted > 0
  )
  INSERT INTO notifications (dispatch_id, user_id, lane_no)
  SELECT a.dispatch_id, c.user_id, a.chunk_no
  FROM dispatch_audience a, unnest(a.user_ids, a.reasons) AS c (user_id, reason)
  WHERE a.dispatch_id = ${dispatchId} AND a.chunk_no = ${chunkNo} AND c.reason = 0`;

/**
 * Cancels what no worker has settled: lanes, not rows, 200 of them a million notifications. What is queued in a lane with cancelled ones
 * reads as cancelled. What is in somebody's hands may still be settled, and is then taken off. One row for each lane that had any.
 */
export const cancelLanes = (dispatchId: string): Sql => sql`
  UPDATE dispatch_lanes SET open = false, cancelled = total - sent - failed - withheld
  WHERE dispatch_id = ${dispatchId} AND total > sent + failed + cancelled + withheld RETURNING lane_no`;

/** What became of a notification for good. */
export type Outcome = { as: 'sent'; deliveryInfo: object } | { as: 'failed'; error: string | null };

/** Settles one notification that is not settled yet, whoever holds it. `settled` is 1, or 0 when it does not exist, is settled already or was archived. */
export const settle = ({ dispatchId, userId }: NotificationKey, outcome: Outcome, by: string): Sql => {
  const id = `${dispatchId}:${userId}`;
  const settled =
    outcome.as === 'sent'
      ? sql`SELECT sent FROM settle_rows(NULL, ARRAY[${id}], '{}', '{}', '{}', '{}', jsonb_build_object(${id}::text, ${JSON.stringify(outcome.deliveryInfo)}::jsonb), ${by})`
      : sql`SELECT failed FROM settle_rows(NULL, '{}', ARRAY[${id}], ARRAY[${outcome.error}], ARRAY[false], '{}', '{}', ${by})`;
  return sql`SELECT CASE WHEN EXISTS (SELECT FROM dispatches WHERE id = ${dispatchId}::bigint AND archived_at IS NOT NULL) THEN 0 ELSE (${settled}) END AS settled`;
};

/** Bytes of JSON that a notification may gather in all. */
export const MAX_META_BYTES = 65_536;

/** Adds what a worker learned later to a notification it has marked sent; of a customer who was erased, nothing is kept. One row, or none where it is not sent or would gather too much. */
export const addDeliveryInfo = ({ dispatchId, userId }: NotificationKey, deliveryInfo: object): Sql => sql`
  UPDATE notifications SET meta = ${mergedMeta(deliveryInfo)}, updated_at = clock_timestamp()
  WHERE dispatch_id = ${dispatchId}::bigint AND user_id = ${userId}::uuid AND state = ${state.sent}
    AND coalesce(octet_length((${mergedMeta(deliveryInfo)})::text), 0) <= ${MAX_META_BYTES}
  RETURNING 1`;

/** NULL where there is nothing to keep: most rows have no meta, and none is free. */
const mergedMeta = (info: object): Sql =>
  Object.keys(info).length === 0
    ? sql`meta`
    : sql`CASE WHEN NOT EXISTS (SELECT FROM suppressions s WHERE s.user_id = notifications.user_id AND s.channel = '' AND s.reason = 'erased')
        THEN coalesce(meta, '{}') || ${JSON.stringify(info)}::jsonb END`;

/** What the wire shows of a row `n`, its lane `l`, its dispatch `d` and who `holds` it; title and message with their placeholders. */
const view = sql`n.dispatch_id, n.user_id, d.campaign_id, d.kind = 'test' AS is_test, d.channel, d.title, d.message, ${statusOf} AS status, n.attempts, n.error,
  coalesce(n.meta, '{}') AS meta, holds.leased_until, holds.retry_at,
  l.created_at, coalesce(n.updated_at, n.settled_at, l.created_at) AS updated_at`;

/** In whose hands a row `n` is, and when it is tried again. Leases under way are few a lane. */
const holds = sql`
  LEFT JOIN LATERAL (
    SELECT max(x.lease_until) AS leased_until, NULL::timestamptz AS retry_at FROM notification_leases x
    WHERE n.state = ${state.queued} AND x.dispatch_id = n.dispatch_id AND x.lane_no = n.lane_no AND x.ended_at IS NULL
      AND n.user_id BETWEEN x.first_user_id AND x.last_user_id AND x.worker IS NOT NULL AND x.lease_until > now()
    HAVING max(x.lease_until) IS NOT NULL
    UNION ALL
    SELECT x.lease_until, CASE WHEN r.lease_token IS NULL THEN r.due_at END FROM notification_retries r
    LEFT JOIN notification_leases x ON x.lease_token = r.lease_token AND x.lease_until > now()
    WHERE n.state = ${state.waitsForRetry} AND r.dispatch_id = n.dispatch_id AND r.user_id = n.user_id
  ) holds ON l.cancelled = 0`;

export const selectNotification = ({ dispatchId, userId }: NotificationKey): Sql => sql`
  SELECT ${view}
  FROM notifications n
  JOIN dispatch_lanes l ON l.dispatch_id = n.dispatch_id AND l.lane_no = n.lane_no
  JOIN dispatches d ON d.id = n.dispatch_id
  ${holds}
  WHERE n.dispatch_id = ${dispatchId}::bigint AND n.user_id = ${userId}::uuid AND d.archived_at IS NULL`;

/** When a dispatch was archived; no row where it was not. */
export const selectArchived = (dispatchId: string): Sql =>
  sql`SELECT archived_at FROM dispatches WHERE id = ${dispatchId}::bigint AND archived_at IS NOT NULL`;

/** Which notifications a list shows. */
export interface NotificationFilter {
  status?: NotificationStatus;
  campaignId?: string;
  dispatchId?: string;
  userId?: string;
}

/**
 * One page, newest dispatch first, in a dispatch by customer id descending: both ways the order of the primary keys, read backwards.
 *
 * No index knows a row's state (it would make every settle dearer), so a status is looked for only in lanes whose counters say that they
 * have it; 1M notifications are 200 lanes. One customer's are one probe of the primary key a dispatch.
 */
export const selectPage = (filter: NotificationFilter, limit: number, after?: NotificationKey): Sql => sql`
  SELECT ${view}
  FROM dispatch_lanes l
  JOIN dispatches d ON d.id = l.dispatch_id
  CROSS JOIN LATERAL (
    SELECT * FROM notifications n
    WHERE n.dispatch_id = l.dispatch_id AND n.user_id BETWEEN l.first_user_id AND l.last_user_id AND n.lane_no = l.lane_no
      AND ${and([...rowConditions(filter), ...before('n.user_id', after)])}
    ORDER BY n.user_id DESC LIMIT ${limit}
  ) n
  ${holds}
  WHERE ${and([...laneConditions(filter), ...before('l.first_user_id', after)])}
  ORDER BY l.dispatch_id DESC, l.lane_no DESC, n.user_id DESC LIMIT ${limit}`;

/** How many there are in all: the sum of counters, exact without reading a row; for one customer, the count of the probes. */
export const countAll = (filter: NotificationFilter): Sql =>
  filter.userId === undefined
    ? sql`
  SELECT coalesce(sum(${filter.status ? foundBy[filter.status].inLane : sql`l.total`}), 0) AS total
  FROM dispatch_lanes l JOIN dispatches d ON d.id = l.dispatch_id WHERE ${and(laneConditions(filter))}`
    : sql`
  SELECT count(*) AS total
  FROM dispatch_lanes l JOIN dispatches d ON d.id = l.dispatch_id
  JOIN notifications n ON n.dispatch_id = l.dispatch_id AND n.lane_no = l.lane_no
  WHERE ${and([...laneConditions(filter), ...rowConditions(filter)])}`;

function laneConditions({ status, campaignId, dispatchId, userId }: NotificationFilter): Sql[] {
  return [
    sql`d.archived_at IS NULL`, // its lanes still count what is gone
    ...(status ? [sql`${foundBy[status].inLane} > 0`] : []),
    // to whoever polls for work, what is paused or too late is not there
    ...(status === 'queued' ? [sql`d.status <> 'paused' AND (d.not_after IS NULL OR d.not_after > now())`] : []),
    ...(campaignId ? [sql`d.campaign_id = ${campaignId}::uuid`] : []),
    ...(dispatchId ? [sql`l.dispatch_id = ${dispatchId}::bigint`] : []),
    ...(userId ? [sql`${userId}::uuid BETWEEN l.first_user_id AND l.last_user_id`] : []),
  ];
}

function rowConditions({ status, userId }: NotificationFilter): Sql[] {
  return [...(status ? [foundBy[status].holds] : []), ...(userId ? [sql`n.user_id = ${userId}::uuid`] : [])];
}

const before = (column: 'n.user_id' | 'l.first_user_id', after?: NotificationKey): Sql[] =>
  after ? [sql`(l.dispatch_id, ${raw(column)}) < (${after.dispatchId}::bigint, ${after.userId}::uuid)`] : [];

const and = (conditions: Sql[]): Sql => (conditions.length === 0 ? sql`true` : join(conditions, ' AND '));
