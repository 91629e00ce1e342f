import type { Channel } from '../common/channels';
import { sql, type Sql } from '../common/sql';
import type { FailedItem, SentItem } from './delivery.dto';

/**
 * The lease protocol is functions in our schema (the migrations named claim and settle): a worker that speaks only SQL calls what these
 * statements call, and their plans are kept by each connection.
 */

/** What a lease holds, with the texts of its dispatches. */
export interface LeaseRow {
  token: string;
  until: Date;
  users: string[];
  /** One for each of `users`, or one for all of them. */
  dispatches: string[];
  /** In the same way. */
  attempts: number[];
  texts: Record<string, { campaign_id: string; channel: Channel; title: string | null; message: string }>;
}

/** A new lease; none where there is nothing. */
export const leaseNew = (limit: number, seconds: number, channel: Channel | undefined, worker: string): Sql =>
  sql`SELECT token, until, dispatches, users, attempts, texts FROM lease_any_as_json(${limit}, ${seconds}, ${channel ?? null}, ${worker}) WHERE token IS NOT NULL`;

/** A lease that is under way, with what is open in it, which may be nothing where others marked it by name; none where it is lost. */
export const selectLease = (token: string): Sql => sql`
  SELECT l.token, l.until, j.dispatches, j.users, j.attempts, j.texts FROM (
    SELECT x.lease_token AS token, x.lease_until AS until, array_remove(array_agg(h.dispatch_id ORDER BY h.dispatch_id, h.user_id), NULL) AS dispatches,
           array_remove(array_agg(h.user_id ORDER BY h.dispatch_id, h.user_id), NULL) AS users,
           array_remove(array_agg(h.attempt ORDER BY h.dispatch_id, h.user_id), NULL) AS attempts
    FROM notification_leases x LEFT JOIN LATERAL (
      SELECT n.dispatch_id, n.user_id, x.reclaims + 1 AS attempt FROM notifications n
      WHERE n.dispatch_id = x.dispatch_id AND n.lane_no = x.lane_no AND n.user_id BETWEEN x.first_user_id AND x.last_user_id AND n.state = 0
        AND NOT EXISTS (SELECT FROM suppressions s WHERE s.user_id = n.user_id AND s.channel IN ('', x.channel) AND (s.expires_at IS NULL OR s.expires_at > now()))
      UNION ALL
      SELECT r.dispatch_id, r.user_id, r.tried + r.failures + r.reclaims + 1 FROM notification_retries r WHERE r.lease_token = x.lease_token
    ) h ON true
    WHERE x.lease_token = ${token}::uuid AND x.ended_at IS NULL AND x.worker IS NOT NULL
    GROUP BY x.lease_token
  ) l CROSS JOIN LATERAL lease_as_json(l.dispatches, l.users, l.attempts) j`;

/** One row of what was recorded; none where the lease is lost. */
export const settleLease = (token: string, sent: readonly SentItem[], failed: readonly FailedItem[]): Sql => {
  const informed = sent.flatMap(({ id, delivery_info }) => (delivery_info ? [[id, delivery_info] as const] : []));
  return sql`
    SELECT sent_count AS sent, failed_count AS failed, retrying_count AS retrying, open_count AS open, rejected
    FROM settle(${token}, ${sent.map(({ id }) => id)}::text[], ${failed.map(({ id }) => id)}::text[], ${failed.map(({ error }) => error ?? null)}::text[],
      ${failed.map(({ retry }) => retry ?? true)}::boolean[], ${failed.map(({ retry_after_seconds }) => retry_after_seconds ?? null)}::float8[],
      ${JSON.stringify(Object.fromEntries(informed))}::jsonb)`;
};

/** One row; `lease_until` is NULL where the lease is lost. */
export const extendLease = (token: string, seconds: number): Sql => sql`SELECT extend(${token}, ${seconds}) AS lease_until`;

/** One row; `released` is NULL where the lease is lost. */
export const releaseLease = (token: string): Sql => sql`SELECT release(${token}) AS released`;

/** Addresses of customers, by their ids; NULL in an installation without that column: the name then means that of `no_column`. */
export const selectAddresses = (userIds: readonly string[]): Sql => sql`
  SELECT u.id, u.email FROM (SELECT NULL::text AS email) no_column
  CROSS JOIN LATERAL (SELECT id, email::text AS email FROM users WHERE id = ANY (${userIds}::uuid[])) u`;

/** Leases and retries of dispatches that were cancelled or failed: nobody gets them any more. */
export const dropUnreachable = sql`
  WITH over AS (
    DELETE FROM notification_retries r USING dispatches d
    WHERE d.id = r.dispatch_id AND r.lease_token IS NULL AND d.status IN ('cancelled', 'failed') RETURNING 1
  )
  UPDATE notification_leases l SET ended_at = clock_timestamp(), outcome = CASE WHEN worker IS NULL THEN 'released' ELSE 'lost' END
  FROM dispatches d
  WHERE d.id = l.dispatch_id AND l.ended_at IS NULL AND l.lease_until <= clock_timestamp() AND d.status IN ('cancelled', 'failed')
  RETURNING 1`;

/** Receipts that nobody will ask for again. So many at a time. */
export const dropOldReceipts = (hours: number, atOnce: number): Sql => sql`
  DELETE FROM settle_receipts WHERE (lease_token, fingerprint) IN (
    SELECT lease_token, fingerprint FROM settle_receipts WHERE created_at < now() - make_interval(hours => ${hours}::int) ORDER BY created_at LIMIT ${atOnce})
  RETURNING 1`;
