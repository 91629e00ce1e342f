import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { nameOf, type Principal } from '../../auth/principal';
import { type Page, Versioned } from '../../common/answer';
import { Cursors } from '../../common/cursors';
import { changedMeanwhile, type ExpectedVersion } from '../../common/if-match';
import type { ListQuery } from '../../common/list.dto';
import { badField, Problem } from '../../common/problem';
import { row, rows } from '../../common/sql';
import type { Once } from '../../idempotency/once';
import { CampaignsService } from '../campaigns.service';
import { Occurrences, type Plan } from './occurrences';
import { RecurrenceFault } from './recurrence';
import {
  type OccurrenceRow,
  type OccurrenceView,
  type ScheduleRequest,
  type ScheduleRow,
  type ScheduleView,
  toOccurrenceView,
  toScheduleView,
  withSeconds,
} from './schedule.dto';
import {
  countOccurrences,
  deleteSchedule,
  insertOccurrences,
  lockOwner,
  lockSchedule,
  putSchedule,
  selectClock,
  selectOccurrences,
  selectSchedule,
} from './schedule.sql';
import { timeZoneNamed } from './time-zone';

/** When a campaign is dispatched by itself: read and edited here, fired by ScheduleRunner. */
@Injectable()
export class ScheduleService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly campaigns: CampaignsService,
    private readonly cursors: Cursors,
  ) {}

  /**
   * Makes the schedule of a campaign, or replaces it.
   * @throws Problem campaign-not-found, bad-request, precondition-failed
   */
  async put(
    campaignId: string,
    request: ScheduleRequest,
    expected: ExpectedVersion,
    caller: Principal,
    once: Once,
  ): Promise<Versioned<ScheduleView>> {
    await this.campaigns.get(campaignId); // campaigns are never removed
    const plan = planOf(request);
    const occurrences = occurrencesOf(plan);
    return once(async (transaction, changed) => {
      await rows(transaction, lockOwner(campaignId));
      const [before] = await rows<ScheduleRow>(transaction, lockSchedule(campaignId));
      refuseOther(before, expected);
      const { now, after } = await row<{ now: Date; after: Date }>(transaction, selectClock(campaignId));
      const due = dueOf(before, now);
      // what is due at this moment stays so where the new plan has it too, and is on record where not
      const isStillDue = due !== undefined && occurrences.between(due.getTime() - 1, due.getTime()).length > 0;
      if (due && !isStillDue) await rows(transaction, insertOccurrences(campaignId, [withdrawn(due, 'changed')]));
      const next = isStillDue ? due.getTime() : occurrences.next(after.getTime());
      if (next === undefined) throw neverComes(plan, now);
      const { max_lateness_minutes } = request;
      const next_at = new Date(next);
      const put = { campaign_id: campaignId, ...plan, max_lateness_minutes, next_at, created_by: nameOf(caller) };
      const schedule = await row<ScheduleRow & { created: boolean }>(transaction, putSchedule(put));
      const view = toScheduleView(schedule);
      changed(campaignId, { before: before && toScheduleView(before), after: view });
      return new Versioned(view, schedule.version, schedule.created ? `/campaigns/${campaignId}/schedule` : undefined);
    });
  }

  /** @throws Problem campaign-not-found, schedule-not-found */
  async get(campaignId: string): Promise<Versioned<ScheduleView>> {
    const [schedule] = await rows<ScheduleRow>(this.database, selectSchedule(campaignId));
    if (!schedule) await this.campaigns.get(campaignId);
    if (!schedule) throw notFound(campaignId);
    return new Versioned(toScheduleView(schedule), schedule.version);
  }

  /** What was fired stays on record. @throws Problem campaign-not-found, schedule-not-found, precondition-failed */
  async remove(campaignId: string, expected: ExpectedVersion, once: Once): Promise<void> {
    await this.campaigns.get(campaignId);
    await once(async (transaction, changed) => {
      const [schedule] = await rows<ScheduleRow>(transaction, lockSchedule(campaignId));
      if (!schedule) throw notFound(campaignId);
      refuseOther(schedule, expected);
      const { now } = await row<{ now: Date }>(transaction, selectClock(campaignId));
      const due = dueOf(schedule, now);
      if (due) await rows(transaction, insertOccurrences(campaignId, [withdrawn(due, 'removed')]));
      await rows(transaction, deleteSchedule(campaignId));
      changed(campaignId, { before: toScheduleView(schedule) });
    });
  }

  /** What became of the occurrences, newest first. @throws Problem campaign-not-found, bad-cursor */
  async listOccurrences(campaignId: string, { limit, cursor, total }: ListQuery): Promise<Page<OccurrenceView>> {
    const scope = `campaigns/${campaignId}/schedule/occurrences`;
    const [before] = this.cursors.read(scope, cursor) ?? [];
    await this.campaigns.get(campaignId);
    const found = await rows<OccurrenceRow>(this.database, selectOccurrences(campaignId, limit + 1, before));
    const count = total ? await row<{ total: string }>(this.database, countOccurrences(campaignId)) : undefined;
    const page = this.cursors.page(
      found,
      limit,
      scope,
      ({ due_at }) => [due_at.toISOString()],
      count && Number(count.total),
    );
    return page.map(toOccurrenceView);
  }
}

const notFound = (campaignId: string) =>
  new Problem('schedule-not-found', `Campaign ${campaignId} has no schedule. Give it one with PUT.`);

function refuseOther(schedule: ScheduleRow | undefined, expected: ExpectedVersion): void {
  if (expected !== 'any' && schedule?.version !== expected) throw changedMeanwhile('schedule');
}

/** The occurrence that should have been fired already. */
const dueOf = (schedule: ScheduleRow | undefined, now: Date): Date | undefined =>
  schedule?.next_at && schedule.next_at <= now ? schedule.next_at : undefined;

const withdrawn = (due_at: Date, how: 'changed' | 'removed'): OccurrenceRow => ({
  due_at,
  outcome: 'missed',
  dispatch_id: null,
  detail: `The schedule was ${how} before it could be fired.`,
});

const planOf = ({ scheduled_at, time_zone, recurrence }: ScheduleRequest): Plan => ({
  local_time: withSeconds(scheduled_at),
  time_zone: timeZoneNamed(time_zone) ?? time_zone,
  recurrence: recurrence?.toUpperCase() ?? null,
});

function occurrencesOf(plan: Plan): Occurrences {
  try {
    return new Occurrences(plan);
  } catch (error) {
    if (error instanceof RecurrenceFault) throw badField('/recurrence', error.message);
    throw error;
  }
}

const neverComes = (plan: Plan, now: Date) =>
  plan.recurrence === null
    ? badField('/scheduled_at', `is in the past: the database's clock says ${now.toISOString()}`)
    : badField('/recurrence', 'has no occurrence within ten years from now');
