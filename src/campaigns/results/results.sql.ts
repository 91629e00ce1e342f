import { sql, type Sql } from '../../common/sql';
import { codeOf, SPARED } from '../audience/reasons';

/** The dispatches that count, taken together; sums are bigint, so text. */
export interface RunsRow {
  as_of: Date;
  dispatches: number;
  cancelled: number;
  under_way: number;
  /** Each percentage that was kept out, once, ascending. */
  holdout_percents: number[];
  /** No more customers than these can have been put in a group. */
  matched: string;
  window_ends_at: Date | null;
  written: string;
  sent: string;
  failed: string;
  withdrawn: string;
}

/** What a group bought; counts are bigint and amounts numeric, so text. */
export interface GroupRow {
  reason: number;
  customers: string;
  buyers: string;
  purchases: string;
  revenue: string;
  variance: string | null;
}

const TARGETED = codeOf('targeted');
const HOLDOUT = codeOf('holdout');

/** Which dispatches `d` count: tests and dry runs are none of the campaign, and without an audience nobody was put in a group. */
const counts = (campaignId: string): Sql =>
  sql`d.campaign_id = ${campaignId} AND d.kind = 'campaign' AND d.status <> 'failed' AND d.resolved_at IS NOT NULL`;

/** A day is 24 hours. */
const days = (count: number): Sql => sql`make_interval(hours => ${count * 24}::int)`;

export const selectRuns = (campaignId: string, withinDays: number): Sql => sql`
  SELECT now() AS as_of, count(*)::int AS dispatches,
         count(*) FILTER (WHERE d.status = 'cancelled')::int AS cancelled,
         count(*) FILTER (WHERE d.status IN ('writing', 'paused'))::int AS under_way,
         coalesce(array_agg(DISTINCT coalesce((d.settings ->> 'holdout_percent')::float8, 0)), '{}') AS holdout_percents,
         coalesce(sum(d.matched), 0) AS matched,
         max(d.resolved_at) + ${days(withinDays)} AS window_ends_at,
         coalesce(sum(l.written), 0) AS written, coalesce(sum(l.sent), 0) AS sent, coalesce(sum(l.failed), 0) AS failed,
         coalesce(sum(l.withdrawn), 0) AS withdrawn
  FROM dispatches d
  CROSS JOIN LATERAL (
    SELECT sum(total) AS written, sum(sent) AS sent, sum(failed) AS failed, sum(cancelled + withheld) AS withdrawn
    FROM dispatch_lanes WHERE dispatch_id = d.id
  ) l
  WHERE ${counts(campaignId)}`;

/**
 * What the targeted and the held out bought in the days after they became so: a row for each group that has customers. A customer is in the
 * group of the first dispatch that targeted or kept out that customer, from then on, whatever later ones do.
 *
 * The join tests each customer's own window; the outermost bounds of all windows are said once more, as constants, for the index on
 * purchase_date. The amount is cast as in segments: exact where it is double precision, and NaN stays NaN. The variance is of numeric, over
 * all customers: a sum of squares subtracted in floating point would lose its digits.
 */
export const selectGroups = (campaignId: string, withinDays: number): Sql => sql`
  WITH runs AS MATERIALIZED (
    SELECT d.id, d.resolved_at FROM dispatches d WHERE ${counts(campaignId)}
  ),
  members AS MATERIALIZED (
    SELECT DISTINCT ON (c.user_id) c.user_id, CASE c.reason WHEN ${SPARED} THEN ${TARGETED}::smallint ELSE c.reason END AS reason, r.resolved_at
    FROM runs r JOIN dispatch_audience a ON a.dispatch_id = r.id, unnest(a.user_ids, a.reasons) AS c (user_id, reason)
    WHERE c.reason IN (${TARGETED}, ${SPARED}, ${HOLDOUT})
    ORDER BY c.user_id, r.resolved_at, r.id
  ),
  bought AS (
    SELECT m.user_id, count(*) AS purchases, sum(p.total_amount::numeric) AS spent
    FROM members m JOIN purchase_history p ON p.user_id = m.user_id
    WHERE p.purchase_date > m.resolved_at AND p.purchase_date <= m.resolved_at + ${days(withinDays)}
      AND p.purchase_date > (SELECT min(resolved_at) FROM runs) AND p.purchase_date <= now()
      AND p.purchase_date <= (SELECT max(resolved_at) FROM runs) + ${days(withinDays)}
    GROUP BY m.user_id
  )
  SELECT m.reason, count(*) AS customers, count(b.user_id) AS buyers, coalesce(sum(b.purchases), 0) AS purchases,
         coalesce(sum(b.spent), 0) AS revenue, var_samp(coalesce(b.spent, 0)) AS variance
  FROM members m LEFT JOIN bought b ON b.user_id = m.user_id
  GROUP BY m.reason`;

/**
 * From so many customers on, every purchase of the window is read and hashed against them instead of looking each customer up. The planner
 * cannot choose: it takes an array for ten customers. 130,000 customers took 0.6 s both ways on 3M purchases in memory, 500,000 took 6.7 s
 * looked up and 0.7 s hashed; from disk looking up is worse.
 */
export const HASHED_FROM = 50_000;

/** For the rest of the transaction. A plan that cannot do without a loop looks dear, and compiling it would take longer than running it. */
export const preferHashing = sql`SELECT set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)`;
