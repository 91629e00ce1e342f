import { sql, type Sql } from '../common/sql';

const asText = sql`to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Counts as text, since PostgreSQL's are 64 bits wide; those in `months` are JSON's. */
export interface ShopRow {
  as_of: string;
  customers: string;
  active_customers: string;
  new_customers: string;
  months: { month: string; purchases: number; revenue: number | 'NaN'; customers: number }[];
}

/**
 * Customers, and what they bought in each of the last 13 months, the current one included, in UTC. What lies in the future counts for
 * nothing, as in the filters. A registration_date that an installation does not have is NULL: its name then means that of `no_column`.
 * By customer first, then by month: count(DISTINCT) would sort all purchases.
 */
export const selectShop = sql`
  SELECT ${asText} AS as_of, c.*, m.months
  FROM (SELECT NULL::timestamptz AS registration_date) no_column
  CROSS JOIN LATERAL (
    SELECT count(*) AS customers, count(*) FILTER (WHERE is_active IS NOT FALSE) AS active_customers,
           count(*) FILTER (WHERE registered_at BETWEEN now() - make_interval(hours => 30 * 24) AND now()) AS new_customers
    FROM (SELECT is_active, registration_date::timestamptz AS registered_at FROM users) u
  ) c
  CROSS JOIN (
    SELECT json_agg(json_build_object('month', to_char(month, 'YYYY-MM'), 'purchases', coalesce(purchases, 0), 'revenue', coalesce(revenue, 0),
             'customers', coalesce(customers, 0)) ORDER BY month) AS months
    FROM generate_series(date_trunc('month', now()) - interval '12 months', date_trunc('month', now()), interval '1 month') AS of (month)
    LEFT JOIN (
      SELECT month, sum(purchases) AS purchases, sum(revenue) AS revenue, count(*) AS customers
      FROM (
        SELECT date_trunc('month', p.purchase_date::timestamptz) AS month, p.user_id, count(*) AS purchases, sum(p.total_amount::numeric) AS revenue
        FROM purchase_history p
        WHERE p.purchase_date >= date_trunc('month', now()) - interval '12 months' AND p.purchase_date <= now()
        GROUP BY 1, 2
      ) by_customer
      GROUP BY month
    ) bought USING (month)
  ) m`;

/** Memory to group by month and customer without writing to disk what fits. */
export const roomToGroup = sql`SELECT set_config('work_mem', '64MB', true)`;

export interface DeliveryRow {
  as_of: string;
  queued: string;
  oldest_queued_at: Date | null;
  leased: string;
  retrying: string;
  sent: string;
  failed: string;
  hours: { hour: string; sent: number; failed: number }[];
}

/** What may be handed out: neither paused nor over, and not too late. */
export const claimable = sql`d.status IN ('writing', 'dispatched') AND (d.not_after IS NULL OR d.not_after > now())`;

/**
 * The queue out of the counters of lanes, exact without reading a row; the last day out of the ledger, all of it, since no index knows when
 * anything was settled: one would make every settle dearer.
 */
export const selectDelivery = sql`
  SELECT ${asText} AS as_of, q.*, x.leased, r.retrying, h.sent, h.failed, h.hours
  FROM (
    SELECT coalesce(sum(l.total - l.sent - l.failed - l.cancelled - l.withheld), 0) AS queued,
           min(l.created_at) FILTER (WHERE l.total > l.sent + l.failed + l.cancelled + l.withheld) AS oldest_queued_at
    FROM dispatch_lanes l JOIN dispatches d ON d.id = l.dispatch_id WHERE ${claimable}
  ) q
  CROSS JOIN (
    SELECT coalesce(sum(open), 0) AS leased FROM notification_leases WHERE ended_at IS NULL AND worker IS NOT NULL AND lease_until > now()
  ) x
  CROSS JOIN (
    SELECT count(*) AS retrying FROM notification_retries r JOIN dispatches d ON d.id = r.dispatch_id WHERE r.lease_token IS NULL AND ${claimable}
  ) r
  CROSS JOIN (
    WITH settled AS MATERIALIZED (
      SELECT date_trunc('hour', settled_at) AS hour, settled_at > now() - interval '24 hours' AS is_of_the_day,
             count(*) FILTER (WHERE state = 2) AS sent, count(*) FILTER (WHERE state = 3) AS failed
      FROM notifications WHERE state IN (2, 3) AND settled_at >= date_trunc('hour', now()) - interval '24 hours'
      GROUP BY 1, 2
    )
    SELECT (SELECT coalesce(sum(sent), 0) FROM settled WHERE is_of_the_day) AS sent, (SELECT coalesce(sum(failed), 0) FROM settled WHERE is_of_the_day) AS failed,
           (SELECT json_agg(json_build_object('hour', to_char(hour AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'sent', sent, 'failed', failed) ORDER BY hour)
            FROM (
              SELECT hour, coalesce(sum(s.sent), 0) AS sent, coalesce(sum(s.failed), 0) AS failed
              FROM generate_series(date_trunc('hour', now()) - interval '23 hours', date_trunc('hour', now()), interval '1 hour') AS of (hour)
              LEFT JOIN settled s USING (hour) GROUP BY hour
            ) by_hour) AS hours
  ) h`;

/** Something that a check found; of each check at most so many. */
export interface FoundRow {
  subject_id: string | null;
  subject: string | null;
  count: number;
  detail: string;
}
const MOST = 20;
const found = (statement: Sql): Sql => sql`SELECT * FROM (${statement}) found ORDER BY count DESC, subject_id LIMIT ${MOST}`;

/** Minutes in which a dispatch makes some step: to resolve an audience may take fifteen. */
const STUCK_MINUTES = 20;
/** Minutes in which some worker of a channel claims something. */
const STALLED_MINUTES = 15;
/** What happened longer ago is known, or of no interest. */
const DAYS = 7;

export const stuckDispatches = found(sql`
  SELECT d.id::text AS subject_id, c.name AS subject, (coalesce(d.chunks, 0) - d.next_chunk)::int AS count,
         'It is ' || d.status || ' and has not moved for ' || floor(extract(epoch FROM now() - d.moved_at) / 60) || ' minutes. Is a process with the role dispatcher running?' AS detail
  FROM (
    SELECT *, greatest(created_at, resolved_at, (SELECT max(l.created_at) FROM dispatch_lanes l WHERE l.dispatch_id = dispatches.id)) AS moved_at
    FROM dispatches WHERE status IN ('resolving', 'writing')
  ) d JOIN campaigns c ON c.id = d.campaign_id
  WHERE d.moved_at < now() - make_interval(mins => ${STUCK_MINUTES}::int)`);

/** Where nobody tried the campaign again since. */
export const failedDispatches = found(sql`
  SELECT d.id::text AS subject_id, c.name AS subject, 1 AS count, coalesce(d.failure_detail, d.failure) AS detail
  FROM dispatches d JOIN campaigns c ON c.id = d.campaign_id
  WHERE d.status = 'failed' AND d.kind = 'campaign' AND d.finished_at > now() - make_interval(days => ${DAYS}::int)
    AND NOT EXISTS (SELECT FROM dispatches later WHERE later.campaign_id = d.campaign_id AND later.kind = 'campaign' AND later.id > d.id)`);

export const deadLetters = found(sql`
  SELECT d.id::text AS subject_id, c.name AS subject, sum(l.failed)::int AS count,
         'Given up for good. GET /dispatches/' || d.id || '/failures says why, and POST …/redrive tries again.' AS detail
  FROM dispatches d JOIN campaigns c ON c.id = d.campaign_id JOIN dispatch_lanes l ON l.dispatch_id = d.id
  WHERE l.failed > 0 AND d.kind = 'campaign' AND d.created_at > now() - make_interval(days => ${DAYS}::int)
  GROUP BY d.id, c.name`);

/** Channels in which something waits that nobody comes for. What waits to be tried again has its own time. */
export const stalledChannels = found(sql`
  SELECT NULL::text AS subject_id, w.channel AS subject, w.count,
         'Nobody has claimed anything of this channel for ' || ${STALLED_MINUTES}::int || ' minutes. Is a worker running that takes it?' AS detail
  FROM (
    SELECT l.channel, min(l.created_at) AS since, sum(l.total - l.sent - l.failed - l.cancelled - l.withheld)::int AS count
    FROM dispatch_lanes l JOIN dispatches d ON d.id = l.dispatch_id WHERE l.open AND ${claimable} GROUP BY l.channel
  ) w
  WHERE w.since < now() - make_interval(mins => ${STALLED_MINUTES}::int) AND NOT EXISTS (
    SELECT FROM notification_leases x WHERE x.channel = w.channel AND x.worker IS NOT NULL AND x.claimed_at > now() - make_interval(mins => ${STALLED_MINUTES}::int))`);

/** Where the next million ids would have no place to write to. */
export const missingVolumes = found(sql`
  SELECT NULL::text AS subject_id, NULL::text AS subject, 1 AS count,
         'There is no volume of notifications after the current one: when its ids are used up, dispatches fail. npm run retention -- --apply makes it.' AS detail
  WHERE NOT EXISTS (
    SELECT FROM notification_volumes WHERE first_id > coalesce(pg_sequence_last_value(pg_get_serial_sequence('dispatches', 'id')::regclass), 0) + 1)`);

/** Without what stands behind the host: it may be a secret. */
export const disabledWebhooks = found(sql`
  SELECT w.id::text AS subject_id, coalesce(nullif(w.description, ''), substring(w.url FROM '^https?://([^/?#]+)')) AS subject, 1 AS count, w.disabled_reason AS detail
  FROM webhooks w WHERE NOT w.is_active AND w.disabled_reason IS NOT NULL`);
