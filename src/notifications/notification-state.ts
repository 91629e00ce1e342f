import { raw, type Sql, sql } from '../common/sql';

/** What a notification is on the wire. `queued` also while it waits to be tried again. */
export const notificationStatuses = ['queued', 'sent', 'failed', 'cancelled'] as const;
export type NotificationStatus = (typeof notificationStatuses)[number];

/** `notifications.state`, as stored: two bytes a row. */
export const state = { queued: 0, waitsForRetry: 1, sent: 2, failed: 3, withheld: 4 } as const;

/**
 * How a status is found: what holds of a row `n` and its lane `l`, and the count the lane keeps of it. A cancellation writes lanes, not
 * rows: whatever is not settled in a lane that has cancelled ones is cancelled. What was withheld from a worker is cancelled too.
 */
interface Found {
  readonly holds: Sql;
  readonly inLane: Sql;
}

const unsettled = sql`n.state IN (${raw(`${state.queued}, ${state.waitsForRetry}`)})`;

export const foundBy: Readonly<Record<NotificationStatus, Found>> = {
  queued: {
    holds: sql`${unsettled} AND l.cancelled = 0`,
    inLane: sql`CASE WHEN l.cancelled = 0 THEN l.total - l.sent - l.failed - l.withheld ELSE 0 END`,
  },
  sent: { holds: sql`n.state = ${raw(String(state.sent))}`, inLane: sql`l.sent` },
  failed: { holds: sql`n.state = ${raw(String(state.failed))}`, inLane: sql`l.failed` },
  cancelled: {
    holds: sql`(${unsettled} AND l.cancelled > 0 OR n.state = ${raw(String(state.withheld))})`,
    inLane: sql`(l.cancelled + l.withheld)`,
  },
};

/** Holds of a row `n` with its lane `l` where the customer got the notification, or may still get it. */
export const notCancelled = sql`NOT (${foundBy.cancelled.holds})`;

/** The wire's status of a row `n` with its lane `l`. */
export const statusOf = sql`CASE ${raw(
  notificationStatuses.map((status) => `WHEN ${foundBy[status].holds.sql} THEN '${status}'`).join(' '),
)} END`;
