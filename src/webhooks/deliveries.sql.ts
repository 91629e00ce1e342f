import { sql, type Sql } from '../common/sql';

/** A delivery that this process has in its hands, with all that an attempt needs. */
export interface TakenDelivery {
  id: string;
  webhook_id: string;
  /** Who has it: a result that comes with another lease changes nothing. */
  lease: string;
  /** Made before this one. */
  attempts: number;
  url: string;
  event_id: string;
  type: string;
  data: object;
  occurred_at: Date;
  /** Those that sign, the newest first. */
  secrets: string[];
}

/** How much may be on its way at a time. */
export interface Room {
  /** To this process. */
  here: number;
  /** To one webhook, from all processes. To one that fails: one. */
  perWebhook: number;
  /** After so many seconds without a result, a delivery is somebody else's. */
  leaseSeconds: number;
}

/**
 * Takes what is due, of each webhook the longest due first, and at most `perWebhook` on their way to it: however many wait for one, and
 * however slow it is, the next one has its turn. What another process takes at the same moment is passed over.
 */
export const takeDue = ({ here, perWebhook, leaseSeconds }: Room): Sql => sql`
  WITH due AS MATERIALIZED (
    SELECT next.id FROM webhooks w CROSS JOIN LATERAL (
      SELECT d.id, d.due_at FROM webhook_deliveries d
      WHERE d.webhook_id = w.id AND d.status = 'pending' AND d.due_at <= now() AND (d.lease IS NULL OR d.leased_until <= now())
      ORDER BY d.due_at
      LIMIT greatest(0, CASE WHEN w.failing_since IS NULL THEN ${perWebhook}::int ELSE 1 END - (
        SELECT count(*) FROM webhook_deliveries l WHERE l.webhook_id = w.id AND l.lease IS NOT NULL AND l.leased_until > now()))
      FOR UPDATE SKIP LOCKED
    ) next
    WHERE w.is_active ORDER BY row_number() OVER (PARTITION BY w.id ORDER BY next.due_at), next.due_at LIMIT ${here}
  ), taken AS (
    UPDATE webhook_deliveries SET lease = gen_random_uuid(), leased_until = now() + make_interval(secs => ${leaseSeconds}::int)
    WHERE id = ANY (ARRAY(SELECT id FROM due)) RETURNING *
  )
  SELECT t.id, t.webhook_id, t.lease, t.attempts, w.url, t.event_id, e.type, e.data, e.occurred_at,
         ARRAY(SELECT s.secret FROM webhook_secrets s WHERE s.webhook_id = w.id AND (s.expires_at IS NULL OR s.expires_at > now())
               ORDER BY s.created_at DESC) AS secrets
  FROM taken t JOIN webhooks w ON w.id = t.webhook_id JOIN webhook_events e ON e.id = t.event_id`;

type Held = Pick<TakenDelivery, 'id' | 'lease'>;
const isHeld = ({ id, lease }: Held): Sql => sql`id = ${id} AND lease = ${lease} AND status = 'pending'`;

/** Gives it back as it was: nothing became of the attempt that anybody knows. */
export const giveBack = (held: Held): Sql =>
  sql`UPDATE webhook_deliveries SET lease = NULL, leased_until = NULL WHERE ${isHeld(held)}`;

/** It was taken. Whatever failed before is forgiven. */
export const markDelivered = (held: Held, httpStatus: number): Sql => sql`
  WITH delivered AS (
    UPDATE webhook_deliveries SET status = 'delivered', attempts = attempts + 1, last_attempt_at = clock_timestamp(),
      http_status = ${httpStatus}, error = NULL, lease = NULL, leased_until = NULL
    WHERE ${isHeld(held)} RETURNING webhook_id
  )
  UPDATE webhooks SET failing_since = NULL
  WHERE id IN (SELECT webhook_id FROM delivered) AND failing_since IS NOT NULL`;

/** What became of an attempt that failed. */
export interface FailedAttempt {
  httpStatus: number | null;
  error: string | null;
  /** Seconds until the next attempt; undefined where there is none. */
  retryIn: number | undefined;
}

/** Its webhook, or none where somebody else has the delivery. */
export const markFailed = (held: Held, { httpStatus, error, retryIn }: FailedAttempt): Sql => sql`
  UPDATE webhook_deliveries SET attempts = attempts + 1, last_attempt_at = clock_timestamp(), http_status = ${httpStatus}, error = ${error},
    status = ${retryIn === undefined ? 'failed' : 'pending'}, due_at = clock_timestamp() + make_interval(secs => ${retryIn ?? 0}),
    lease = NULL, leased_until = NULL
  WHERE ${isHeld(held)} RETURNING webhook_id`;

export const noteFailing = (webhookId: string): Sql =>
  sql`UPDATE webhooks SET failing_since = clock_timestamp() WHERE id = ${webhookId} AND failing_since IS NULL`;

/** Switches off a webhook to which nothing has succeeded for so many days; a row where it did. */
export const disableFailing = (webhookId: string, days: number, reason: string): Sql =>
  disable(webhookId, reason, sql`failing_since <= clock_timestamp() - make_interval(days => ${days}::int)`);

/** Switches it off; a row where it was on. */
export const disable = (webhookId: string, reason: string, condition: Sql = sql`true`): Sql => sql`
  UPDATE webhooks SET is_active = false, disabled_reason = ${reason}, version = version + 1, updated_at = now()
  WHERE id = ${webhookId} AND is_active AND ${condition} RETURNING id`;

/**
 * Removes events from before so many days, with their deliveries: the oldest `limit` of those that nothing waits to be sent of to a webhook
 * that is active. What another process removes is passed over.
 */
export const deleteOld = (days: number, limit: number): Sql => sql`
  DELETE FROM webhook_events WHERE id = ANY (ARRAY(
    SELECT e.id FROM webhook_events e
    WHERE e.occurred_at < now() - make_interval(days => ${days}::int) AND NOT EXISTS (
      SELECT FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id AND w.is_active
      WHERE d.event_id = e.id AND d.status = 'pending')
    ORDER BY e.occurred_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))
  RETURNING 1`;
