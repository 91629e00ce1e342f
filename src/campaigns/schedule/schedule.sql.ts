import { empty, sql, type Sql } from '../../common/sql';
import type { OccurrenceRow, ScheduleRow } from './schedule.dto';

const columns = sql`s.campaign_id, s.local_time, s.time_zone, s.recurrence, s.max_lateness_minutes, s.next_at, s.version, s.created_by,
  s.created_at, s.updated_at`;

export const selectSchedule = (campaignId: string): Sql =>
  sql`SELECT ${columns} FROM campaign_schedules s WHERE s.campaign_id = ${campaignId}`;

/** Of two who make the first schedule of a campaign at once, the second sees the one of the first. Nobody else waits for this. */
export const lockOwner = (campaignId: string): Sql =>
  sql`SELECT 1 FROM campaigns WHERE id = ${campaignId} FOR NO KEY UPDATE`;

/** The schedule, which neither an edit nor a dispatcher touches until the transaction ends. */
export const lockSchedule = (campaignId: string): Sql => sql`${selectSchedule(campaignId)} FOR UPDATE`;

/**
 * The database's clock, and the instant after which the next occurrence is looked for: now, or the newest occurrence that is on record
 * where the clock was set back since. So no occurrence is ever fired twice.
 */
export const selectClock = (campaignId: string): Sql => sql`
  SELECT clock_timestamp() AS now, greatest(clock_timestamp(), max(due_at)) AS after
  FROM schedule_occurrences WHERE campaign_id = ${campaignId}`;

/** Makes the schedule or replaces it; `created` says which. */
export const putSchedule = (schedule: Omit<ScheduleRow, 'version' | 'created_at' | 'updated_at'>): Sql => sql`
  INSERT INTO campaign_schedules AS s (campaign_id, local_time, time_zone, recurrence, max_lateness_minutes, next_at, created_by)
  VALUES (${schedule.campaign_id}, ${schedule.local_time}, ${schedule.time_zone}, ${schedule.recurrence},
          ${schedule.max_lateness_minutes}, ${schedule.next_at}, ${schedule.created_by})
  ON CONFLICT (campaign_id) DO UPDATE
  SET local_time = excluded.local_time, time_zone = excluded.time_zone, recurrence = excluded.recurrence,
      max_lateness_minutes = excluded.max_lateness_minutes, next_at = excluded.next_at, version = s.version + 1,
      updated_at = clock_timestamp()
  RETURNING ${columns}, s.xmax = 0 AS created`;

export const deleteSchedule = (campaignId: string): Sql =>
  sql`DELETE FROM campaign_schedules WHERE campaign_id = ${campaignId}`;

/** A schedule that is due, with what is needed to decide about it. */
export interface DueSchedule extends ScheduleRow {
  next_at: Date;
  now: Date;
  /** The campaign has a dispatch under way or paused. */
  is_busy: boolean;
}

/**
 * The schedule that has been due longest and that no other process is at, but for those named; it is the transaction's until its end. Its
 * now() is the database's clock, and the index gives the order: one row is read however many schedules there are.
 */
export const takeDue = (except: string[]): Sql => sql`
  SELECT ${columns}, now() AS now,
         EXISTS (SELECT FROM dispatches d
                 WHERE d.campaign_id = s.campaign_id AND d.kind = 'campaign' AND d.status IN ('resolving', 'writing', 'paused')) AS is_busy
  FROM campaign_schedules s
  WHERE s.next_at <= now() AND s.campaign_id <> ALL (${except}::uuid[])
  ORDER BY s.next_at LIMIT 1
  FOR UPDATE SKIP LOCKED`;

/** The occurrence to be fired next; null where there is none. Not an edit: the version stays. */
export const setNext = (campaignId: string, nextAt: Date | null): Sql =>
  sql`UPDATE campaign_schedules SET next_at = ${nextAt} WHERE campaign_id = ${campaignId}`;

/** Puts on record what became of occurrences of one schedule. */
export const insertOccurrences = (campaignId: string, occurrences: OccurrenceRow[]): Sql => sql`
  INSERT INTO schedule_occurrences (campaign_id, due_at, outcome, dispatch_id, detail)
  SELECT ${campaignId}, n.due_at, n.outcome, n.dispatch_id, n.detail
  FROM unnest(${occurrences.map((o) => o.due_at)}::timestamptz[], ${occurrences.map((o) => o.outcome)}::text[],
              ${occurrences.map((o) => o.dispatch_id)}::bigint[], ${occurrences.map((o) => o.detail)}::text[])
       AS n (due_at, outcome, dispatch_id, detail)`;

/** One page of what became of a campaign's occurrences, newest first, older than `before`. */
export const selectOccurrences = (campaignId: string, limit: number, before?: string): Sql => sql`
  SELECT due_at, outcome, dispatch_id, detail FROM schedule_occurrences
  WHERE campaign_id = ${campaignId} ${before === undefined ? empty : sql`AND due_at < ${before}::timestamptz`}
  ORDER BY due_at DESC LIMIT ${limit}`;

export const countOccurrences = (campaignId: string): Sql =>
  sql`SELECT count(*) AS total FROM schedule_occurrences WHERE campaign_id = ${campaignId}`;
