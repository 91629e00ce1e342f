import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { nameOf, type Principal } from '../../auth/principal';
import { Problem } from '../../common/problem';
import { row, rows } from '../../common/sql';
import { allowTime } from '../../database/connection-guard';
import type { Once } from '../../idempotency/once';
import { keyOf } from '../notification-key';
import { NotificationsService } from '../notifications.service';
import type { FailureGroup, HistoryEntry, RedriveRequest, RedriveView } from './outcome.dto';
import {
  type DispatchFactsRow,
  type FailureRow,
  type HistoryRow,
  holdDispatch,
  redrive,
  selectDispatchFacts,
  selectFailures,
  selectHistory,
} from './outcome.sql';

/** A million that failed are put back in about 20 s. */
const REDRIVE_SECONDS = 120;
/** Reasons beyond these are crumbs, or texts that differ from one notification to the next. */
const MAX_GROUPS = 50;

/** What became of notifications, and another try for those that were given up. */
@Injectable()
export class OutcomeService {
  private readonly logger = new Logger(OutcomeService.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly notifications: NotificationsService,
  ) {}

  /** Tries again what was given up. @throws Problem dispatch-not-found, dispatch-over, campaign-expired */
  redrive(id: string, { error }: RedriveRequest, caller: Principal, once: Once): Promise<RedriveView> {
    return once(async (transaction, changed) => {
      await allowTime(transaction, REDRIVE_SECONDS);
      await this.refuseUnreadable(id, transaction);
      await rows(transaction, holdDispatch(id));
      const { status, kind, expired } = await this.refuseUnreadable(id, transaction); // as it is now that it is held
      if (!['writing', 'dispatched', 'paused'].includes(status) || kind === 'dry_run')
        throw new Problem('dispatch-over', `It is ${status}: nothing of it is sent any more.`);
      if (expired) throw new Problem('campaign-expired', 'Its not_after has passed: nothing of it is sent any more.');
      const { redriven } = await row<{ redriven: number }>(transaction, redrive(id, error, nameOf(caller)));
      this.logger.log(`Dispatch ${id}: ${redriven} notifications are tried again`);
      changed(id, { detail: { redriven } }); // not for which error: its text is a worker's, and may name a customer
      return { redriven };
    });
  }

  /** What failed and why, the commonest reason first, fifty at most. @throws Problem dispatch-not-found, dispatch-over */
  async failures(id: string): Promise<FailureGroup[]> {
    await this.refuseUnreadable(id);
    const found = await rows<FailureRow>(this.database, selectFailures(id, MAX_GROUPS));
    return found.map((group) => ({
      ...group,
      failed: Number(group.failed),
      retrying: Number(group.retrying),
      first_at: group.first_at?.toISOString() ?? null,
      last_at: group.last_at?.toISOString() ?? null,
    }));
  }

  /** Every attempt, oldest first. @throws Problem notification-not-found */
  async history(id: string): Promise<HistoryEntry[]> {
    const key = keyOf(id);
    await this.notifications.find(key);
    const found = await rows<HistoryRow>(this.database, selectHistory(key));
    return found.map((entry) => ({
      ...entry,
      claimed_at: entry.claimed_at.toISOString(),
      ended_at: entry.ended_at?.toISOString() ?? null,
      retry_at: entry.retry_at?.toISOString() ?? null,
    }));
  }

  /** What is to be known of a dispatch whose notifications are there. @throws Problem dispatch-not-found, dispatch-over where they were archived */
  async refuseUnreadable(id: string, manager: EntityManager = this.database.manager): Promise<DispatchFactsRow> {
    const [found] = /^[1-9]\d{0,17}$/.test(id) ? await rows<DispatchFactsRow>(manager, selectDispatchFacts(id)) : [];
    if (!found) throw new Problem('dispatch-not-found', 'There is no such dispatch.');
    if (found.archived)
      throw new Problem('dispatch-over', 'Its notifications were archived. Its figures and its audience are still there.');
    return found;
  }
}
