import { join, raw, sql, type Sql } from '../common/sql';
import { foundBy, type NotificationStatus, state, statusOf } from './notification-state';

/** Every statement on notifications and their lanes. Nobody else writes these two tables. */

/** A lane is what one claim competes for: small enough that workers do not wait for each other, large enough that 1M rows are 200 lanes. */
const LANE_SIZE = 5000;

/** Which notification: the pair that is its name. */
export interface NotificationKey {
  dispatchId: string;
  userId: string;
}

/**
 * Writes a dispatch: one row for every customer of the audience who has none of this campaign yet, in lanes of LANE_SIZE, ordered by
 * customer, so that a lane is an unbroken range of the primary key. One statement: the audience is read once, and what is counted is
 * what was written.
 *
 * No ON CONFLICT: it doubles the cost of a row, and a conflict here would be a fault that has to be seen. Earlier dispatches are an
 * array, so that the anti-join goes through the primary key and not over the whole ledger.
 */
export const enqueue = ({
  dispatchId,
  campaignId,
  audience,
}: {
  dispatchId: string;
  campaignId: string;
  audience: Sql;
}): Sql => sql`
  WITH audience AS MATERIALIZED (${audience}),
  fresh AS MATERIALIZED (
    SELECT a.user_id, row_number() OVER (ORDER BY a.user_id) - 1 AS position
    FROM audience a
    WHERE NOT EXISTS (
      SELECT FROM notifications n
      WHERE n.dispatch_id = ANY (ARRAY(SELECT id FROM dispatches WHERE campaign_id = ${campaignId} AND id <> ${dispatchId}))
        AND n.user_id = a.user_id)
  ),
  lanes AS (
    INSERT INTO dispatch_lanes (dispatch_id, lane_no, first_user_id, last_user_id, next_user_id, total)
    SELECT ${dispatchId}::bigint, position / ${LANE_SIZE}, (array_agg(user_id ORDER BY position))[1],
           (array_agg(user_id ORDER BY position DESC))[1], (array_agg(user_id ORDER BY position))[1], count(*)
    FROM fresh GROUP BY 2
  ),
  written AS (
    INSERT INTO notifications (dispatch_id, user_id, lane_no)
    SELECT ${dispatchId}::bigint, user_id, position / ${LANE_SIZE} FROM fresh ORDER BY position
    RETURNING 1
  )
  SELECT matched, matched - queued AS already_notified, queued
  FROM (SELECT (SELECT count(*) FROM audience) AS matched, (SELECT count(*) FROM written) AS queued) figures`;

/**
 * Settles one notification that is not settled yet, and counts it in its lane: both or neither. One row, or none when it does not exist
 * or is settled already. The notification is locked before its lane, here and everywhere.
 */
export const settle = (
  { dispatchId, userId }: NotificationKey,
  outcome: { as: 'sent'; deliveryInfo: object } | { as: 'failed'; error: string | null },
): Sql => sql`
  WITH settled AS (
    UPDATE notifications
    SET state = ${state[outcome.as]}, attempts = attempts + 1, settled_at = clock_timestamp(),
        error = ${outcome.as === 'failed' ? outcome.error : null},
        meta = ${outcome.as === 'sent' ? mergedMeta(outcome.deliveryInfo) : sql`meta`}
    WHERE dispatch_id = ${dispatchId}::bigint AND user_id = ${userId}::uuid AND state IN (${join([...foundBy.queued.states])})
    RETURNING dispatch_id, lane_no
  )
  UPDATE dispatch_lanes l SET ${raw(outcome.as)} = l.${raw(outcome.as)} + 1
  FROM settled WHERE l.dispatch_id = settled.dispatch_id AND l.lane_no = settled.lane_no
  RETURNING l.lane_no`;

/** Bytes of JSON that a notification may gather in all. */
export const MAX_META_BYTES = 65_536;

/** Adds what a worker learned later to a notification it has marked sent. One row, or none where it is not sent or would gather too much. */
export const addDeliveryInfo = ({ dispatchId, userId }: NotificationKey, deliveryInfo: object): Sql => sql`
  UPDATE notifications SET meta = ${mergedMeta(deliveryInfo)}, updated_at = clock_timestamp()
  WHERE dispatch_id = ${dispatchId}::bigint AND user_id = ${userId}::uuid AND state = ${state.sent}
    AND octet_length((${mergedMeta(deliveryInfo)})::text) <= ${MAX_META_BYTES}
  RETURNING 1`;

/** NULL where there is nothing to keep: most rows have no meta, and none is free. */
const mergedMeta = (info: object): Sql =>
  Object.keys(info).length === 0 ? sql`meta` : sql`coalesce(meta, '{}') || ${JSON.stringify(info)}::jsonb`;

/** What the wire shows of a row `n`, its lane `l` and its dispatch `d`. */
const view = sql`n.dispatch_id, n.user_id, d.campaign_id, d.message, ${statusOf} AS status, n.attempts, n.error,
  coalesce(n.meta, '{}') AS meta, l.created_at, coalesce(n.updated_at, n.settled_at, l.created_at) AS updated_at`;

export const selectNotification = ({ dispatchId, userId }: NotificationKey): Sql => sql`
  SELECT ${view}
  FROM notifications n
  JOIN dispatch_lanes l ON l.dispatch_id = n.dispatch_id AND l.lane_no = n.lane_no
  JOIN dispatches d ON d.id = n.dispatch_id
  WHERE n.dispatch_id = ${dispatchId}::bigint AND n.user_id = ${userId}::uuid`;

/** Which notifications a list shows. */
export interface NotificationFilter {
  status?: NotificationStatus;
  campaignId?: string;
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

function laneConditions({ status, campaignId, userId }: NotificationFilter): Sql[] {
  return [
    ...(status ? [sql`${foundBy[status].inLane} > 0`] : []),
    ...(campaignId ? [sql`d.campaign_id = ${campaignId}::uuid`] : []),
    ...(userId ? [sql`${userId}::uuid BETWEEN l.first_user_id AND l.last_user_id`] : []),
  ];
}

function rowConditions({ status, userId }: NotificationFilter): Sql[] {
  return [
    ...(status ? [sql`n.state IN (${join([...foundBy[status].states])})`] : []),
    ...(userId ? [sql`n.user_id = ${userId}::uuid`] : []),
  ];
}

const before = (column: 'n.user_id' | 'l.first_user_id', after?: NotificationKey): Sql[] =>
  after ? [sql`(l.dispatch_id, ${raw(column)}) < (${after.dispatchId}::bigint, ${after.userId}::uuid)`] : [];

const and = (conditions: Sql[]): Sql => (conditions.length === 0 ? sql`true` : join(conditions, ' AND '));
