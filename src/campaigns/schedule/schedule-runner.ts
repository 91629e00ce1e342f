import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Background } from '../../common/background';
import { Problem } from '../../common/problem';
import { rows } from '../../common/sql';
import { CONFIG, type Config } from '../../config/config';
import { inTransaction } from '../../database/transaction';
import { Dispatcher } from '../dispatch/dispatcher';
import { DispatchesService } from '../dispatch/dispatches.service';
import { Occurrences } from './occurrences';
import type { OccurrenceRow } from './schedule.dto';
import { type DueSchedule, insertOccurrences, setNext, takeDue } from './schedule.sql';

/** How late an occurrence is fired where nothing is in its way. */
const LOOK_MS = 1000;
/** Missed occurrences of one schedule that are put on record one by one. */
const MAX_MISSED = 100;
const MINUTE_MS = 60_000;

/**
 * Fires what is due. The schedule's row is locked while one transaction starts the dispatch, puts the occurrence on record and moves the
 * schedule on: of several processes one fires it, one that dies before COMMIT has done nothing, and another fires it then. Only the
 * database's clock is asked.
 */
@Injectable()
export class ScheduleRunner implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @InjectDataSource() private readonly database: DataSource,
    private readonly background: Background,
    private readonly dispatches: DispatchesService,
    private readonly dispatcher: Dispatcher,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.ROLES.includes('dispatcher')) return;
    this.background.repeat('schedules', LOOK_MS, (stopping) => this.fireDue(stopping));
  }

  /** Every schedule that is due, once: what fails or has to wait is left for the next time, and keeps none of the others waiting. */
  async fireDue(stopping: AbortSignal): Promise<void> {
    const seen: string[] = [];
    const failures: unknown[] = [];
    let found: string[]; // one, or none
    do {
      found = [];
      try {
        await inTransaction(this.database, async (transaction) => {
          const due = await rows<DueSchedule>(transaction, takeDue(seen));
          found = due.map(({ campaign_id }) => campaign_id);
          for (const schedule of due) await this.settle(transaction, schedule);
        });
        if (found.length > 0) this.dispatcher.wake();
      } catch (error) {
        failures.push(error);
      }
      seen.push(...found);
    } while (found.length > 0 && !stopping.aborted);
    if (failures.length > 0) throw failures[0];
  }

  /**
   * Of all that came due since, the newest is fired, if it is not too late for it. A campaign that slept through ten occurrences goes out
   * once, not ten times.
   */
  private async settle(transaction: EntityManager, schedule: DueSchedule): Promise<void> {
    const now = schedule.now.getTime();
    const occurrences = new Occurrences(schedule);
    const due = [schedule.next_at.getTime(), ...occurrences.between(schedule.next_at.getTime(), now)];
    const newest = due[due.length - 1];
    const outcome = await this.outcomeOf(transaction, schedule, newest);
    if (outcome === 'later') return;

    const slept = due.slice(0, -1);
    const record = [...slept.slice(1 - MAX_MISSED).map(sleptThrough), { ...outcome, due_at: new Date(newest) }];
    if (slept.length > 0) record[record.length - 1].detail = `${outcome.detail} ${sleptBefore(slept)}`.trim();
    await rows(transaction, insertOccurrences(schedule.campaign_id, record));
    const next = outcome.isOver ? undefined : occurrences.next(now);
    await rows(transaction, setNext(schedule.campaign_id, next === undefined ? null : new Date(next)));
  }

  private async outcomeOf(transaction: EntityManager, schedule: DueSchedule, dueAt: number): Promise<Outcome | 'later'> {
    const lateMs = schedule.now.getTime() - dueAt;
    if (lateMs > schedule.max_lateness_minutes * MINUTE_MS) return missed(schedule, lateMs);
    try {
      // a savepoint: what the attempt did is undone, and the rest of the transaction goes on
      const dispatch_id = await inTransaction(transaction, (attempt) =>
        this.dispatches.start(attempt, schedule.campaign_id, {}, 'schedule'),
      );
      return { outcome: 'dispatched', dispatch_id, detail: '' };
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      if (error.type === 'dispatch-in-progress') return 'later';
      const detail = `${error.type}: ${error.detail}`;
      return { outcome: 'refused', dispatch_id: null, detail, isOver: error.type === 'campaign-expired' };
    }
  }
}

interface Outcome extends Omit<OccurrenceRow, 'due_at'> {
  /** The campaign may not be sent any more: the schedule ends. */
  isOver?: boolean;
}

function missed({ max_lateness_minutes, is_busy }: DueSchedule, lateMs: number): Outcome {
  const late = `It would have been ${Math.floor(lateMs / MINUTE_MS)} minutes late, and may be ${max_lateness_minutes}.`;
  const why = is_busy ? ' Another dispatch of the campaign is under way or paused.' : '';
  return { outcome: 'missed', dispatch_id: null, detail: late + why };
}

const sleptThrough = (at: number): OccurrenceRow => ({
  due_at: new Date(at),
  outcome: 'missed',
  dispatch_id: null,
  detail: 'The next one was due before it could be fired.',
});

const sleptBefore = (slept: number[]): string => {
  const kept = slept.length >= MAX_MISSED ? `, of which the last ${MAX_MISSED - 1} are on record` : '';
  return `${slept.length} before it were missed since ${new Date(slept[0]).toISOString()}${kept}.`;
};
