import { sql } from '../common/sql';
import { claimable } from './overview.sql';

/** What is watched. All of it is read from counters and partial indexes, and nothing row by row: it is asked for again and again. */

/** Of one channel; counts as text, since PostgreSQL's are 64 bits wide. */
export interface ChannelRow {
  channel: string;
  lanes_open: string;
  queued: string;
  sent: string;
  failed: string;
  cancelled: string;
  /** Of what may be handed out and is not settled: in seconds; null where there is nothing. */
  oldest_queued_seconds: number | null;
}

/** The sum over lanes, 200 a million notifications. */
export const selectChannels = sql`
  SELECT l.channel, count(*) FILTER (WHERE l.open) AS lanes_open,
         sum(CASE WHEN l.cancelled = 0 THEN l.total - l.sent - l.failed - l.withheld ELSE 0 END) AS queued,
         sum(l.sent) AS sent, sum(l.failed) AS failed, sum(l.cancelled + l.withheld) AS cancelled,
         extract(epoch FROM now() - min(l.created_at) FILTER (
           WHERE ${claimable} AND l.total > l.sent + l.failed + l.cancelled + l.withheld))::float8 AS oldest_queued_seconds
  FROM dispatch_lanes l JOIN dispatches d ON d.id = l.dispatch_id GROUP BY l.channel`;

export interface LeasesRow {
  channel: string;
  leases: string;
  notifications: string;
  expired: string;
  oldest_seconds: number;
}

/** Leases under way. One that has run out stays until somebody claims what is in it. */
export const selectLeases = sql`
  SELECT channel, count(*) AS leases, sum(open) AS notifications, count(*) FILTER (WHERE lease_until <= now()) AS expired,
         extract(epoch FROM now() - min(claimed_at))::float8 AS oldest_seconds
  FROM notification_leases WHERE ended_at IS NULL AND worker IS NOT NULL GROUP BY channel`;

export interface DispatchesRow {
  kind: string;
  status: string;
  dispatches: string;
}

export const selectDispatches = sql`SELECT kind, status, count(*) AS dispatches FROM dispatches GROUP BY kind, status`;

/** Days in which what was written is looked at again: later it may have been put away. */
const RECONCILED_DAYS = 7;

export interface OthersRow {
  leases_lost: string;
  retrying: string;
  unreconciled: string;
  webhooks_active: string;
  webhooks_failing: string;
  webhooks_disabled: string;
  webhook_deliveries_pending: string;
  oldest_delivery_seconds: number | null;
  audit_entries: string;
  idempotency_keys: number;
  sessions: string;
  oldest_transaction_seconds: number | null;
}

/**
 * One row. `unreconciled`: dispatches that say they are written and whose lanes have another number of notifications. Entries of the audit log
 * are numbered from 1 without a gap. Keys are the server's estimate. Sessions and transactions are those of our role that this service opened.
 */
export const selectOthers = sql`
  SELECT
    (SELECT count(*) FROM notification_leases WHERE outcome = 'lost') AS leases_lost,
    (SELECT count(*) FROM notification_retries WHERE lease_token IS NULL) AS retrying,
    (SELECT count(*) FROM dispatches d WHERE d.status = 'dispatched' AND d.finished_at > now() - make_interval(days => ${RECONCILED_DAYS}::int)
       AND d.queued <> (SELECT coalesce(sum(l.total), 0) FROM dispatch_lanes l WHERE l.dispatch_id = d.id)) AS unreconciled,
    w.active AS webhooks_active, w.failing AS webhooks_failing, w.disabled AS webhooks_disabled,
    p.count AS webhook_deliveries_pending, p.oldest AS oldest_delivery_seconds,
    (SELECT coalesce(max(id), 0) FROM audit_entries) AS audit_entries,
    (SELECT greatest(reltuples, 0)::float8 FROM pg_class WHERE oid = 'idempotency_keys'::regclass) AS idempotency_keys,
    s.count AS sessions, s.oldest AS oldest_transaction_seconds
  FROM (
    SELECT count(*) FILTER (WHERE is_active AND failing_since IS NULL) AS active, count(*) FILTER (WHERE is_active AND failing_since IS NOT NULL) AS failing,
           count(*) FILTER (WHERE NOT is_active AND disabled_reason IS NOT NULL) AS disabled FROM webhooks
  ) w CROSS JOIN (
    SELECT count(*), extract(epoch FROM now() - min(due_at))::float8 AS oldest FROM webhook_deliveries WHERE status = 'pending'
  ) p CROSS JOIN (
    SELECT count(*), extract(epoch FROM clock_timestamp() - min(xact_start) FILTER (WHERE pid <> pg_backend_pid()))::float8 AS oldest
    FROM pg_stat_activity WHERE application_name = 'crm-service' AND datname = current_database() AND usename = current_user
  ) s`;
