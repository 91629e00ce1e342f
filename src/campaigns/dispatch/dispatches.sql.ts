import { empty, join, raw, sql, type Sql } from '../../common/sql';
import type { ProblemType } from '../../common/problem';
import type { MovedAudience } from '../../common/problem.dto';
import type { FrozenRule } from '../../segments/audience.service';
import { reasons } from '../audience/reasons';
import type { Campaign } from '../campaign.entity';
import type { DispatchKind, DispatchPreview, DispatchSettings, DispatchStatus, FrozenSegment } from './dispatch-row';

/** A run to be made, with all that it freezes. */
export interface NewDispatch extends Pick<Campaign, 'title' | 'message' | 'channel' | 'not_after'> {
  campaignId: string;
  kind: DispatchKind;
  rule: FrozenRule[];
  settings: DispatchSettings;
  asOf: string | undefined;
  requestedBy: string;
}

/**
 * The new dispatch's `id`. Unless given, as_of is now, cut to the milliseconds that every client can repeat. None where a run of the campaign
 * is active already, or one is held back.
 */
export const insertDispatch = (run: NewDispatch): Sql => sql`
  INSERT INTO dispatches (campaign_id, kind, status, title, message, channel, rule, segments, settings, not_after, as_of, requested_by)
  SELECT ${run.campaignId}::uuid, ${run.kind}, 'resolving', ${run.title}, ${run.message}, ${run.channel}, ${JSON.stringify(run.rule)}::jsonb,
         ${JSON.stringify(run.rule.map(withoutFilters))}::jsonb, ${JSON.stringify(run.settings)}::jsonb, ${run.not_after}::timestamptz,
         coalesce(${run.asOf ?? null}::timestamptz, date_trunc('milliseconds', now())), ${run.requestedBy}
  WHERE ${run.kind} <> 'campaign'
    OR NOT EXISTS (SELECT FROM dispatches WHERE campaign_id = ${run.campaignId} AND kind = 'campaign' AND status = 'paused')
  ON CONFLICT (campaign_id)
    WHERE kind = 'campaign' AND (status IN ('resolving', 'writing') OR (status = 'paused' AND finished_at IS NULL)) DO NOTHING
  RETURNING id`;

const withoutFilters = ({ filters: _, ...segment }: FrozenRule): FrozenSegment => segment;

/** Dispatches with the sums over their lanes (200 lanes a million notifications), newest first. */
const dispatchesWhere = (condition: Sql, limit: Sql = empty): Sql => sql`
  SELECT d.id, d.campaign_id, c.name AS campaign_name, d.kind, d.status, to_json(d.as_of) #>> '{}' AS as_of, d.title, d.message, d.channel, d.settings - 'user_ids' AS settings, d.not_after,
         d.matched, d.queued, ${join(reasons.map(({ name }) => sql`d.${raw(name)}`))}, d.chunks, d.next_chunk, d.preview, d.failure, d.failure_detail,
         d.failure_figures, d.segments, l.waiting, l.sent, l.failed, l.cancelled, hands.leased, hands.retrying, d.requested_by, d.created_at, d.resolved_at, d.finished_at, d.archived_at
  FROM dispatches d
  JOIN campaigns c ON c.id = d.campaign_id
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(total - sent - failed - cancelled - withheld), 0) AS waiting, coalesce(sum(sent), 0) AS sent,
           coalesce(sum(failed), 0) AS failed, coalesce(sum(cancelled + withheld), 0) AS cancelled
    FROM dispatch_lanes WHERE dispatch_id = d.id
  ) l
  CROSS JOIN LATERAL (
    SELECT (SELECT coalesce(sum(x.open), 0) FROM notification_leases x
            WHERE x.dispatch_id = d.id AND x.ended_at IS NULL AND x.worker IS NOT NULL AND x.lease_until > now()) + r.leased AS leased, r.retrying
    FROM (SELECT count(*) FILTER (WHERE lease_token IS NOT NULL) AS leased, count(*) FILTER (WHERE lease_token IS NULL AND d.status NOT IN ('cancelled', 'failed')) AS retrying
          FROM notification_retries WHERE dispatch_id = d.id) r
  ) hands
  WHERE ${condition}
  ORDER BY d.id DESC ${limit}`;

/** Tells whoever asked to be told, when the transaction is committed, by a column of RETURNING. `facts`: names and values beyond which run it is. */
const announce = (event: string, facts: Sql): Sql =>
  sql`announce(${event}, jsonb_build_object('dispatch_id', id::text, 'campaign_id', campaign_id, 'kind', kind, ${facts}))`;

/** What selectStatus gives. `is_capped` never changes. */
export interface StatusRow {
  status: DispatchStatus;
  is_capped: boolean;
}

export const selectStatus = (id: string): Sql =>
  sql`SELECT status, jsonb_typeof(settings -> 'frequency_cap') IS NOT DISTINCT FROM 'object' AS is_capped FROM dispatches WHERE id = ${id}`;

/** What a run is resolved from, which may be large: rules with ten thousand customers, frozen. */
export const selectFrozen = (id: string): Sql => sql`
  SELECT id, campaign_id, kind, channel, rule, settings, to_json(as_of) #>> '{}' AS as_of FROM dispatches WHERE id = ${id}`;

export const selectDispatch = (id: string): Sql => dispatchesWhere(sql`d.id = ${id}`);

/** Which dispatches to list; what is left out is not asked for. */
export interface DispatchFilter {
  campaignId?: string;
  status?: DispatchStatus;
  kind?: DispatchKind;
}

/** One page of them, older than `before`. Lanes are only summed of those on the page: it is cut by the key, or by a campaign's index. */
export const selectDispatches = (filter: DispatchFilter, limit: number, before?: string): Sql =>
  dispatchesWhere(
    before === undefined ? matching(filter) : sql`${matching(filter)} AND d.id < ${before}`,
    sql`LIMIT ${limit}`,
  );

export const countDispatches = (filter: DispatchFilter): Sql =>
  sql`SELECT count(*) AS total FROM dispatches d WHERE ${matching(filter)}`;

const matching = ({ campaignId, status, kind }: DispatchFilter): Sql => {
  const conditions = [
    ...(campaignId === undefined ? [] : [sql`d.campaign_id = ${campaignId}`]),
    ...(status === undefined ? [] : [sql`d.status = ${status}`]),
    ...(kind === undefined ? [] : [sql`d.kind = ${kind}`]),
  ];
  return conditions.length === 0 ? sql`true` : join(conditions, ' AND ');
};

/** The newest dry run of a campaign that has its audience, before this dispatch. */
export const selectLastDryRun = (campaignId: string, beforeId: string): Sql => sql`
  SELECT id FROM dispatches WHERE campaign_id = ${campaignId} AND kind = 'dry_run' AND status = 'previewed' AND id < ${beforeId}
    AND EXISTS (SELECT FROM dispatch_audience a WHERE a.dispatch_id = dispatches.id)
  ORDER BY id DESC LIMIT 1`;

/** What is to be worked on: what is being written first, for it is nearly done, and dry runs last. */
export const selectToWorkOn = sql`
  SELECT id FROM dispatches WHERE status IN ('resolving', 'writing') ORDER BY status = 'resolving', kind = 'dry_run', id`;

/** What is being written. */
export const selectToWrite = sql`SELECT id FROM dispatches WHERE status = 'writing' ORDER BY id`;

/** True for the one transaction that may resolve this dispatch now; false, at once, for any other. Let go at its end, however it ends. */
export const tryResolve = (id: string): Sql =>
  sql`SELECT pg_try_advisory_xact_lock(hashtextextended('dispatch ' || ${id}::text, 0)) AS mine`;

/**
 * Where a dispatch that is being written is, and nobody else's until the transaction ends: no other process's chunk, no pause, no
 * cancellation. None where it is at another's, or not being written. `has_suppressed`: whether somebody in its next chunk is suppressed now,
 * asked here because a statement of its own for each chunk took a tenth of the time of writing.
 */
export const lockWriting = (id: string): Sql => sql`
  SELECT d.next_chunk, d.chunks, d.settings, coalesce(d.not_after <= clock_timestamp(), false) AS expired,
    EXISTS (
      SELECT FROM dispatch_audience here JOIN suppressions s ON s.user_id BETWEEN here.first_user_id AND here.last_user_id
      WHERE here.dispatch_id = d.id AND here.chunk_no = d.next_chunk
        AND s.channel IN ('', d.channel) AND (s.expires_at IS NULL OR s.expires_at > now())
    ) AS has_suppressed
  FROM dispatches d WHERE d.id = ${id} AND d.status = 'writing' FOR NO KEY UPDATE OF d SKIP LOCKED`;

/** What lockWriting gives. */
export interface WritingRow {
  next_chunk: number;
  chunks: number;
  settings: DispatchSettings;
  expired: boolean;
  has_suppressed: boolean;
}

/** After a chunk's rows are there: how many, and where to go on. Chunks in which nobody is targeted are passed over. */
export const advance = (id: string, chunkNo: number): Sql => sql`
  UPDATE dispatches SET
    queued = queued + (SELECT targeted FROM dispatch_audience WHERE dispatch_id = ${id} AND chunk_no = ${chunkNo}),
    next_chunk = coalesce((SELECT min(chunk_no) FROM dispatch_audience WHERE dispatch_id = ${id} AND chunk_no > ${chunkNo} AND targeted > 0), chunks)
  WHERE id = ${id} RETURNING wake_workers(channel),
    (SELECT targeted FROM dispatch_audience WHERE dispatch_id = ${id} AND chunk_no = ${chunkNo}) AS written`;

/**
 * Closes a dispatch whose audience is written through: only where the figures reconcile with the rows themselves, counted one by one. One
 * row, or none where they do not.
 */
export const finishDispatch = (id: string): Sql => sql`
  UPDATE dispatches SET status = 'dispatched', finished_at = clock_timestamp()
  WHERE id = ${id} AND status = 'writing' AND next_chunk = chunks
    AND matched = queued + ${join(
      reasons.map(({ name }) => sql`${raw(name)}`),
      ' + ',
    )}
    AND queued = (SELECT count(*) FROM notifications WHERE dispatch_id = ${id})
    AND queued = (SELECT coalesce(sum(total), 0) FROM dispatch_lanes WHERE dispatch_id = ${id})
  RETURNING id, ${announce('dispatch.dispatched', sql`'matched', matched, 'queued', queued`)}`;

export const keepPreview = (id: string, preview: DispatchPreview): Sql =>
  sql`UPDATE dispatches SET preview = ${JSON.stringify(preview)}::jsonb WHERE id = ${id} RETURNING id`;

/** Ends what is worked on, and says why; in figures too, where there are some. */
export const failDispatch = (id: string, failure: ProblemType, detail: string, figures?: MovedAudience): Sql => sql`
  UPDATE dispatches SET status = 'failed', failure = ${failure}, failure_detail = ${detail},
    failure_figures = ${figures ? JSON.stringify(figures) : null}::jsonb, finished_at = clock_timestamp()
  WHERE id = ${id} AND status IN ('resolving', 'writing')
  RETURNING id, ${announce('dispatch.failed', sql`'error', failure, 'detail', failure_detail`)}`;

/**
 * Nobody else changes it until the transaction ends; a chunk that is being written is waited for. NO KEY: a claim that changes a lane twice has
 * its foreign key looked at, and would wait here for whoever waits for the lane.
 */
export const lockRow = (id: string): Sql => sql`SELECT id FROM dispatches WHERE id = ${id} FOR NO KEY UPDATE`;

export const pauseDispatch = (id: string): Sql => sql`
  UPDATE dispatches SET status = 'paused' WHERE id = ${id} AND status IN ('resolving', 'writing', 'dispatched') AND kind <> 'dry_run' AND archived_at IS NULL RETURNING id`;

/** To where it was. None where it is not paused; what is not written yet cannot meet another run of the campaign: paused, it is active. */
export const resumeDispatch = (id: string): Sql => sql`
  UPDATE dispatches
  SET status = CASE WHEN finished_at IS NOT NULL THEN 'dispatched' WHEN resolved_at IS NOT NULL THEN 'writing' ELSE 'resolving' END
  WHERE id = ${id} AND status = 'paused' RETURNING id, wake_workers(channel)`;

/** Cancelled for good; `failure` says why where nobody asked for it. None where it is over already. */
export const cancelDispatch = (id: string, failure?: { type: ProblemType; detail: string }): Sql => sql`
  UPDATE dispatches SET status = 'cancelled', finished_at = coalesce(finished_at, clock_timestamp()),
    failure = ${failure?.type ?? null}, failure_detail = ${failure?.detail ?? null}
  WHERE id = ${id} AND status IN ('resolving', 'writing', 'paused', 'dispatched')
  RETURNING id, ${announce('dispatch.cancelled', sql`'error', failure`)}`;

/**
 * Announces the end of runs of which nothing is open any more, each once, whichever process looks: a row each. Where it failed nothing follows;
 * a dry run has nothing to finish.
 */
export const announceFinished = (limit: number): Sql => sql`
  UPDATE dispatches d SET announced_at = clock_timestamp()
  WHERE id = ANY (ARRAY(
    SELECT id FROM dispatches e WHERE announced_at IS NULL AND status IN ('dispatched', 'cancelled') AND kind <> 'dry_run' AND NOT EXISTS (
      SELECT FROM dispatch_lanes l WHERE l.dispatch_id = e.id AND l.total > l.sent + l.failed + l.cancelled + l.withheld)
    ORDER BY id LIMIT ${limit} FOR UPDATE OF e SKIP LOCKED))
  RETURNING id, ${announce(
    'dispatch.finished',
    sql`'queued', queued,
      'sent', (SELECT coalesce(sum(sent), 0) FROM dispatch_lanes WHERE dispatch_id = d.id),
      'failed', (SELECT coalesce(sum(failed), 0) FROM dispatch_lanes WHERE dispatch_id = d.id),
      'cancelled', (SELECT coalesce(sum(cancelled + withheld), 0) FROM dispatch_lanes WHERE dispatch_id = d.id)`,
  )}`;

/** Runs that have something left to write or to hand out although nothing of them may be any more. */
export const selectExpired = sql`
  SELECT id FROM dispatches d
  WHERE not_after <= clock_timestamp() AND kind <> 'dry_run'
    AND (status IN ('resolving', 'writing', 'paused') OR (status = 'dispatched' AND EXISTS (
      SELECT FROM dispatch_lanes l WHERE l.dispatch_id = d.id AND l.total > l.sent + l.failed + l.cancelled + l.withheld)))
  ORDER BY id`;

/**
 * Audiences that nobody looks at any more: of dry runs and of runs that ended before they wrote anything, after so many days, and of dry runs
 * that so many of their campaign came after. Ten dispatches at a time.
 */
export const dropOldPreviews = (days: number, keptPerCampaign: number): Sql => sql`
  DELETE FROM dispatch_audience WHERE dispatch_id IN (
    SELECT d.id FROM dispatches d
    WHERE (d.kind = 'dry_run' OR d.status IN ('failed', 'cancelled') AND d.queued = 0)
      AND (d.finished_at < now() - make_interval(days => ${days}::int) OR d.kind = 'dry_run' AND d.id < (
        SELECT newer.id FROM dispatches newer WHERE newer.campaign_id = d.campaign_id AND newer.kind = 'dry_run' AND newer.status = 'previewed'
        ORDER BY newer.id DESC OFFSET ${keptPerCampaign - 1}::int LIMIT 1))
      AND EXISTS (SELECT FROM dispatch_audience a WHERE a.dispatch_id = d.id) ORDER BY d.id LIMIT 10)
  RETURNING 1`;
