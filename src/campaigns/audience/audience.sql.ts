import { empty, join, raw, sql, type Sql } from '../../common/sql';
import { notCancelled, state } from '../../notifications/notification-state';
import type { FrequencyCapRule } from '../campaign.entity';
import type { DispatchSettings } from '../dispatch/dispatch-row';
import { codeOf, type Reason, reasons, SPARED, type Standing } from './reasons';

/** Customers in one row of the audience, and so in one lane of the ledger: a chunk is written in about 50 ms. */
export const CHUNK_SIZE = 5000;

/** What a run is resolved from. */
export interface Resolving {
  dispatchId: string;
  campaignId: string;
  channel: string;
  settings: DispatchSettings;
  /** SELECTs of one column, `user_id`, each customer once. */
  included: Sql;
  excluded?: Sql;
}

/** A reason and what it is looked for in: a relation with `user_id`, to be joined, and what must hold of the joined row. */
interface LeftOut {
  reason: Reason;
  among?: Sql;
  holds: Sql;
}

/**
 * Who matches, and why who of them is left out, into a temporary table: one statement, and `CREATE TABLE AS` because that one PostgreSQL
 * runs with parallel workers, an `INSERT … SELECT` never. The temporary table has no WAL and ends with the transaction. Each reason is one
 * outer join on a relation that has a customer once, so that nobody is multiplied and every join can be hashed in parallel: as EXISTS in the
 * select list each would be a subplan run for every customer.
 */
export function resolve(run: Resolving): Sql {
  const asked = leftOut(run);
  const among = asked.flatMap(({ reason, among }) =>
    among ? [sql`LEFT JOIN (${among}) ${raw(reason)} ON ${raw(reason)}.user_id = a.user_id`] : [],
  );
  const whens = asked.map(({ reason, holds }) => sql`WHEN ${holds} THEN ${raw(String(codeOf(reason)))}`);
  return sql`CREATE TEMPORARY TABLE resolved ON COMMIT DROP AS
    SELECT a.user_id, (${whens.length > 0 ? sql`CASE ${join(whens, ' ')} ELSE 0 END` : sql`0`})::smallint AS reason
    FROM (${run.included}) a
    ${join(among.length > 0 ? among : [empty], '\n')}`;
}

/** In the order of the reasons: the first that holds is the one. */
function leftOut({ dispatchId, campaignId, channel, settings, excluded }: Resolving): LeftOut[] {
  const { once_per_customer, frequency_cap, holdout_percent } = settings;
  const joined = (reason: Reason, among: Sql): LeftOut => ({
    reason,
    among,
    holds: sql`${raw(reason)}.user_id IS NOT NULL`,
  });
  const found: LeftOut[] = [
    joined(
      'suppressed',
      sql`SELECT DISTINCT user_id FROM suppressions
          WHERE channel IN ('', ${channel}) AND (expires_at IS NULL OR expires_at > now())`,
    ),
    ...(excluded ? [joined('excluded', excluded)] : []),
    ...(once_per_customer ? [joined('already_notified', notifiedBefore(campaignId, dispatchId))] : []),
    ...(frequency_cap ? [joined('frequency_capped', cappedCustomers(frequency_cap, dispatchId))] : []),
    ...(holdout_percent ? [{ reason: 'holdout' as const, holds: heldOut(campaignId, holdout_percent) }] : []),
  ];
  return reasons.flatMap(({ name }) => found.filter(({ reason }) => reason === name));
}

/** Whoever had this campaign from another run, or may still get it: was not spared by its cancellation. */
const notifiedBefore = (campaignId: string, dispatchId: string): Sql =>
  sql`SELECT DISTINCT user_id FROM (${notified(sql`d.campaign_id = ${campaignId} AND d.id <> ${dispatchId}`)}) n`;

/**
 * Customers who have been sent as many notifications as the cap allows, among all or in one chunk: what no cancellation spared, of the last
 * days, by the instant a notification was written.
 */
const cappedCustomers = ({ max, per_days }: FrequencyCapRule, dispatchId: string, chunkNo?: number): Sql => {
  const recent = sql`d.id <> ${dispatchId} AND l.created_at > now() - make_interval(hours => 24 * ${per_days}::int)`;
  const customers =
    chunkNo === undefined
      ? notified(recent)
      : sql`SELECT n.user_id FROM dispatch_audience here CROSS JOIN LATERAL (${notified(
          sql`${recent} AND l.last_user_id >= here.first_user_id AND l.first_user_id <= here.last_user_id`,
        )}) n WHERE here.dispatch_id = ${dispatchId} AND here.chunk_no = ${chunkNo} AND n.user_id BETWEEN here.first_user_id AND here.last_user_id`;
  return sql`SELECT user_id FROM (${customers}) n GROUP BY user_id HAVING count(*) >= ${max}`;
};

/**
 * Every customer of these lanes (`l`) of campaigns' runs (`d`) who got a notification or may still get it, once a lane. Out of the frozen
 * audiences, which have a customer in 16 bytes and say the same as the rows, in half the time at a million; but where some were cancelled,
 * or where no audience was kept, out of the rows. Those are two arms, and looked up lane by lane (OFFSET 0 keeps it so): with an OR the
 * planner took half of all lanes for such, and read the whole ledger. Of what is archived there are no rows: its audiences say who was spared.
 */
const notified = (lanes: Sql): Sql => sql`
  SELECT c.user_id
  FROM dispatches d JOIN dispatch_lanes l ON l.dispatch_id = d.id
  JOIN dispatch_audience a ON a.dispatch_id = l.dispatch_id AND a.chunk_no = l.lane_no
  CROSS JOIN LATERAL unnest(a.user_ids, a.reasons) AS c (user_id, reason)
  WHERE d.kind = 'campaign' AND ${lanes} AND l.cancelled + l.withheld = 0 AND c.reason = ${codeOf('targeted')}
  UNION ALL
  SELECT c.user_id
  FROM dispatches d JOIN dispatch_lanes l ON l.dispatch_id = d.id
  JOIN dispatch_audience a ON a.dispatch_id = l.dispatch_id AND a.chunk_no = l.lane_no
  CROSS JOIN LATERAL unnest(a.user_ids, a.reasons) AS c (user_id, reason)
  WHERE d.kind = 'campaign' AND ${lanes} AND l.cancelled + l.withheld > 0 AND d.archived_at IS NOT NULL AND c.reason = ${codeOf('targeted')}
  UNION ALL
  ${rowsOf(sql`${lanes} AND l.cancelled + l.withheld > 0`)}
  UNION ALL
  ${rowsOf(sql`${lanes} AND l.cancelled + l.withheld = 0 AND NOT EXISTS (
      SELECT FROM dispatch_audience a WHERE a.dispatch_id = l.dispatch_id AND a.chunk_no = l.lane_no)`)}
  UNION ALL
  ${heldOf(sql`${lanes} AND l.cancelled > 0`)}`;

const rowsOf = (lanes: Sql): Sql => sql`
  SELECT n.user_id
  FROM dispatches d JOIN dispatch_lanes l ON l.dispatch_id = d.id
  CROSS JOIN LATERAL (
    SELECT n.user_id FROM notifications n
    WHERE n.dispatch_id = l.dispatch_id AND n.lane_no = l.lane_no AND n.user_id BETWEEN l.first_user_id AND l.last_user_id
      AND ${notCancelled}
    OFFSET 0
  ) n
  WHERE d.kind = 'campaign' AND d.archived_at IS NULL AND ${lanes}`;

/**
 * Customers whose notification was cancelled in a worker's hands, who may still settle it as sent: what a lease has whose time is not over. A worker whose
 * time is over is taken for dead here as everywhere. Nobody gets a lease of what was cancelled, so they only become fewer.
 */
const heldOf = (lanes: Sql): Sql => sql`
  SELECT held.user_id
  FROM dispatches d JOIN dispatch_lanes l ON l.dispatch_id = d.id
  CROSS JOIN LATERAL (
    SELECT n.user_id FROM notification_leases x
    JOIN notifications n ON n.dispatch_id = x.dispatch_id AND n.user_id BETWEEN x.first_user_id AND x.last_user_id
      AND n.lane_no = x.lane_no AND n.state = ${state.queued}
    WHERE x.dispatch_id = l.dispatch_id AND x.lane_no = l.lane_no AND x.ended_at IS NULL AND x.lease_until > now()
    UNION ALL
    SELECT r.user_id FROM notification_retries r
    JOIN notification_leases x ON x.lease_token = r.lease_token AND x.ended_at IS NULL AND x.lease_until > now()
    WHERE r.dispatch_id = l.dispatch_id AND r.lane_no = l.lane_no AND r.user_id BETWEEN l.first_user_id AND l.last_user_id
    OFFSET 0
  ) held
  WHERE d.kind = 'campaign' AND ${lanes}`;

/**
 * The customer's place in 0 … 2^24 - 1, the same for ever: from SHA-256 of campaign and customer, since PostgreSQL's own hash functions may
 * change with its version.
 */
const heldOut = (campaignId: string, percent: number): Sql => sql`
  ('x' || substr(encode(sha256(convert_to(${campaignId}::text || a.user_id::text, 'UTF8')), 'hex'), 1, 6))::bit(24)::int
    < ${percent}::float8 / 100 * 16777216`;

/**
 * Memory to order what was resolved, in the place of PostgreSQL's cautious 4 MB: a million customers take 50, and to write them to disk and
 * back twice is half the time. Not before: with it the planner hashes the purchases of a broad rule out of the order of time, which took
 * 8 s instead of 3.
 */
export const roomToOrder = sql`SELECT set_config('work_mem', '64MB', true)`;

/** Keeps what was resolved, in order, CHUNK_SIZE customers a row. */
export const keepAudience = (dispatchId: string): Sql => sql`
  INSERT INTO dispatch_audience (dispatch_id, chunk_no, first_user_id, last_user_id, user_ids, reasons, targeted)
  SELECT ${dispatchId}::bigint, chunk_no, user_ids[1], user_ids[cardinality(user_ids)], user_ids, reasons, targeted
  FROM (
    SELECT chunk_no, array_agg(user_id ORDER BY user_id) AS user_ids, array_agg(reason ORDER BY user_id) AS reasons,
           count(*) FILTER (WHERE reason = ${codeOf('targeted')}) AS targeted
    FROM (SELECT user_id, reason, (row_number() OVER (ORDER BY user_id) - 1) / ${raw(String(CHUNK_SIZE))} AS chunk_no FROM resolved) numbered
    GROUP BY chunk_no
  ) chunks`;

/** Counts what was resolved into the dispatch. One row, or none where it was cancelled or paused meanwhile. */
export const closeResolving = (dispatchId: string, status: 'writing' | 'previewed'): Sql => sql`
  UPDATE dispatches d SET status = ${status}, matched = r.matched, resolved_at = clock_timestamp(),
    finished_at = ${status === 'previewed' ? sql`clock_timestamp()` : sql`d.finished_at`},
    chunks = (r.matched + ${CHUNK_SIZE - 1}) / ${CHUNK_SIZE},
    ${join(reasons.map(({ name }) => sql`${raw(name)} = r.${raw(name)}`))}
  FROM (
    SELECT count(*) AS matched, ${join(reasons.map(({ name, code }) => sql`count(*) FILTER (WHERE reason = ${code}) AS ${raw(name)}`))}
    FROM resolved
  ) r
  WHERE d.id = ${dispatchId} AND d.status = 'resolving'
  RETURNING r.matched, r.matched - (${join(
    reasons.map(({ name }) => sql`r.${raw(name)}`),
    ' + ',
  )}) AS targeted`;

/** Held to the end of the transaction by whoever decides about caps: two that decide at once would not see each other. */
export const lockCaps = sql`SELECT pg_advisory_xact_lock(hashtextextended('frequency caps', 0))`;

/**
 * Leaves out whoever reached the cap since the audience was resolved, in one chunk. To be run under `lockCaps`, in a statement of its own: it
 * must see what the one before it wrote.
 */
export const capChunk = (dispatchId: string, chunkNo: number, cap: FrequencyCapRule): Sql =>
  leaveOut('frequency_capped', dispatchId, chunkNo, cappedCustomers(cap, dispatchId, chunkNo));

/** Leaves out whoever was suppressed since the audience was resolved, in one chunk: a dispatch may have been paused for weeks. */
export const suppressChunk = (dispatchId: string, chunkNo: number): Sql =>
  leaveOut(
    'suppressed',
    dispatchId,
    chunkNo,
    sql`SELECT DISTINCT s.user_id
        FROM dispatch_audience here JOIN dispatches d ON d.id = here.dispatch_id
        JOIN suppressions s ON s.user_id BETWEEN here.first_user_id AND here.last_user_id
        WHERE here.dispatch_id = ${dispatchId} AND here.chunk_no = ${chunkNo}
          AND s.channel IN ('', d.channel) AND (s.expires_at IS NULL OR s.expires_at > now())`,
  );

/** Those of a chunk who are targeted or held out, and among these customers, are left out for this reason from now on. */
const leaveOut = (reason: 'suppressed' | 'frequency_capped', dispatchId: string, chunkNo: number, among: Sql): Sql => sql`
  WITH hit AS MATERIALIZED (${among}),
  decided AS (
    SELECT array_agg(CASE WHEN is_hit THEN ${codeOf(reason)}::smallint ELSE reason END ORDER BY place) AS reasons,
           count(*) FILTER (WHERE is_hit AND reason = ${codeOf('targeted')}) AS from_targeted,
           count(*) FILTER (WHERE is_hit AND reason = ${codeOf('holdout')}) AS from_holdout
    FROM (
      SELECT c.reason, c.place, c.reason IN (${codeOf('targeted')}, ${codeOf('holdout')}) AND hit.user_id IS NOT NULL AS is_hit
      FROM dispatch_audience a CROSS JOIN LATERAL unnest(a.user_ids, a.reasons) WITH ORDINALITY AS c (user_id, reason, place)
      LEFT JOIN hit ON hit.user_id = c.user_id
      WHERE a.dispatch_id = ${dispatchId} AND a.chunk_no = ${chunkNo} AND EXISTS (SELECT FROM hit)
    ) customers
  ),
  kept AS (
    UPDATE dispatch_audience SET reasons = decided.reasons, targeted = targeted - from_targeted FROM decided
    WHERE dispatch_id = ${dispatchId} AND chunk_no = ${chunkNo} AND from_targeted + from_holdout > 0
  )
  UPDATE dispatches d SET ${raw(reason)} = d.${raw(reason)} + from_targeted + from_holdout, holdout = d.holdout - from_holdout
  FROM decided WHERE d.id = ${dispatchId} AND from_targeted + from_holdout > 0
  RETURNING d.id`;

/** One page of a dispatch's audience, by customer id. */
export const selectAudience = (
  dispatchId: string,
  standing: Standing | undefined,
  limit: number,
  after?: string,
): Sql => sql`
  SELECT c.user_id, c.reason
  FROM dispatch_audience a, unnest(a.user_ids, a.reasons) AS c (user_id, reason)
  WHERE a.dispatch_id = ${dispatchId} ${after === undefined ? empty : sql`AND a.last_user_id > ${after}::uuid AND c.user_id > ${after}::uuid`}
    ${standing === undefined ? empty : sql`AND c.reason = ANY (${standing === 'targeted' ? [codeOf(standing), SPARED] : [codeOf(standing)]}::smallint[])`}
  ORDER BY a.chunk_no, c.user_id LIMIT ${limit}`;

/** How two audiences of a campaign differ in whom they target: `came` and `left` of the second beside the first. */
export const compareTargeted = (beforeId: string, nowId: string): Sql => sql`
  SELECT count(*) FILTER (WHERE NOT was) AS came, count(*) FILTER (WHERE NOT is_now) AS left
  FROM (
    SELECT bool_or(a.dispatch_id = ${beforeId}) AS was, bool_or(a.dispatch_id = ${nowId}) AS is_now
    FROM dispatch_audience a, unnest(a.user_ids, a.reasons) AS c (user_id, reason)
    WHERE a.dispatch_id IN (${beforeId}, ${nowId}) AND c.reason = ${codeOf('targeted')}
    GROUP BY c.user_id
  ) customers`;
