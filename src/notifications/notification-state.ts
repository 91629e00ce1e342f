import { raw, type Sql, sql } from '../common/sql';

/** What a notification is on the wire. `queued` also while it waits to be tried again. */
export const notificationStatuses = ['queued', 'sent', 'failed', 'cancelled'] as const;
export type NotificationStatus = (typeof notificationStatuses)[number];

/** `notifications.state`, as stored: two bytes a row. */
export const state = { queued: 0, waitsForRetry: 1, sent: 2, failed: 3, cancelled: 4 } as const;

/** How a status is found: its states, and the count a lane `l` keeps of it. */
interface Found {
  readonly states: readonly number[];
  readonly inLane: Sql;
}

export const foundBy: Readonly<Record<NotificationStatus, Found>> = {
  queued: { states: [state.queued, state.waitsForRetry], inLane: sql`l.total - l.sent - l.failed - l.cancelled` },
  sent: { states: [state.sent], inLane: sql`l.sent` },
  failed: { states: [state.failed], inLane: sql`l.failed` },
  cancelled: { states: [state.cancelled], inLane: sql`l.cancelled` },
};

/** The wire's status of a row `n`. */
export const statusOf = sql`(ARRAY[${raw(
  [state.queued, state.waitsForRetry, state.sent, state.failed, state.cancelled]
    .map((code) => `'${notificationStatuses.find((status) => foundBy[status].states.includes(code))}'`)
    .join(', '),
)}])[n.state + 1]`;
