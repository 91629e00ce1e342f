import { empty, sql, type Sql } from '../../common/sql';

/** A rule as a dispatch freezes it. */
export interface FrozenRule {
  id: string;
  version: number;
  filters: object;
  /** Not a segment of the campaign, but one that those refer to. */
  referred?: true;
}

/** True for the one transaction that may dispatch this campaign now; false, at once, for any other. Let go at its end. */
export const tryLock = (campaignId: string): Sql =>
  sql`SELECT pg_try_advisory_xact_lock(hashtextextended('dispatch ' || ${campaignId}::text, 0)) AS locked`;

/** The new dispatch: `id` and `as_of`. Unless given, as_of is now, cut to the milliseconds that every client can repeat. */
export const insertDispatch = (dispatch: {
  campaignId: string;
  message: string;
  rule: FrozenRule[];
  asOf: string | undefined;
  requestedBy: string;
}): Sql => sql`
  INSERT INTO dispatches (campaign_id, status, message, rule, as_of, requested_by)
  VALUES (${dispatch.campaignId}, 'writing', ${dispatch.message}, ${JSON.stringify(dispatch.rule)}::jsonb,
          coalesce(${dispatch.asOf ?? null}::timestamptz, date_trunc('milliseconds', now())), ${dispatch.requestedBy})
  RETURNING id, to_json(as_of) #>> '{}' AS as_of`;

/** Closes a dispatch whose rows are written. The table's CHECK refuses figures that do not reconcile. */
export const finishDispatch = (
  id: string,
  figures: { matched: string; already_notified: string; queued: string },
): Sql => sql`
  UPDATE dispatches
  SET status = 'dispatched', matched = ${figures.matched}, already_notified = ${figures.already_notified}, queued = ${figures.queued},
      finished_at = clock_timestamp()
  WHERE id = ${id} AND status = 'writing'
  RETURNING id`;

/** Dispatches with the sums over their lanes (200 lanes a million notifications), newest first. */
const dispatchesWhere = (condition: Sql, limit: Sql = empty): Sql => sql`
  SELECT d.id, d.campaign_id, d.status, to_json(d.as_of) #>> '{}' AS as_of, d.message, d.matched, d.already_notified, d.queued,
         l.waiting, l.sent, l.failed, l.cancelled, d.requested_by, d.created_at, d.finished_at
  FROM dispatches d
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(total - sent - failed - cancelled), 0) AS waiting, coalesce(sum(sent), 0) AS sent,
           coalesce(sum(failed), 0) AS failed, coalesce(sum(cancelled), 0) AS cancelled
    FROM dispatch_lanes WHERE dispatch_id = d.id
  ) l
  WHERE ${condition}
  ORDER BY d.id DESC ${limit}`;

export const selectDispatch = (id: string): Sql => dispatchesWhere(sql`d.id = ${id}`);

/** One page of a campaign's dispatches, older than `before`. */
export const selectDispatches = (campaignId: string, limit: number, before?: string): Sql =>
  dispatchesWhere(
    before === undefined ? sql`d.campaign_id = ${campaignId}` : sql`d.campaign_id = ${campaignId} AND d.id < ${before}`,
    sql`LIMIT ${limit}`,
  );

export const countDispatches = (campaignId: string): Sql =>
  sql`SELECT count(*) AS total FROM dispatches WHERE campaign_id = ${campaignId}`;
