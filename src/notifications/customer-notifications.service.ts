import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Queryable, row, rows } from '../common/sql';
import { problemFromDatabase } from '../database/pg-errors';
import { inTransaction } from '../database/transaction';
import {
  type AttemptRow,
  countWithheld,
  type EmptiedRow,
  emptyNotifications,
  lockLanes,
  lockNotifications,
  selectAttempts,
} from './customer-notifications.sql';
import { selectPage } from './delivery.sql';
import { type NotificationRow, type NotificationView, toNotificationView } from './notification.dto';
import { RenderingService } from './rendering.service';

/** A lock of somebody else's ends in milliseconds. */
const TRIES = 3;
/** More than there are dispatches: nobody has more notifications. */
const ALL = 1_000_000;

/** A notification with what was written about its attempts. */
export interface NotificationFacts extends NotificationView {
  history: { attempt: number; outcome: string; error: string | null; ended_at: string }[];
}

/** What became of a customer's notifications. */
export interface ErasedNotifications {
  /** There are, whatever became of them. */
  notifications: number;
  /** Were queued, and are not sent any more. */
  withdrawn: number;
  /** Had something in them that is gone, the withdrawn ones included. */
  emptied: number;
  /** Attempts of which the error is gone. */
  attempts: number;
}

/** All notifications of one customer. */
@Injectable()
export class CustomerNotificationsService {
  constructor(private readonly rendering: RenderingService) {}

  /** Newest dispatch first, as the customer would read them now. */
  async of(userId: string, database: Queryable): Promise<NotificationFacts[]> {
    const found = await rows<NotificationRow>(database, selectPage({ userId }, ALL));
    const attempts = await rows<AttemptRow>(database, selectAttempts(userId));
    const rendered = await this.rendering.render(found, database);
    return rendered.map((one) => ({
      ...toNotificationView(one),
      history: attempts
        .filter(({ dispatch_id }) => dispatch_id === one.dispatch_id)
        .map(({ attempt, outcome, error, ended_at }) => ({ attempt, outcome, error, ended_at: ended_at.toISOString() })),
    }));
  }

  /**
   * Withdraws what is queued, and takes out of all of them what is known of the customer. Dispatches that run go on: each row and each lane
   * is held for the rest of the transaction only, so this is the last thing to do in it.
   */
  async erase(userId: string, transaction: EntityManager): Promise<ErasedNotifications> {
    for (let left = TRIES; ; left--)
      try {
        return await inTransaction(transaction, (savepoint) => this.empty(userId, savepoint));
      } catch (error) {
        if (left === 1 || problemFromDatabase(error)?.type !== 'database-busy') throw error;
      }
  }

  private async empty(userId: string, transaction: EntityManager): Promise<ErasedNotifications> {
    await rows(transaction, lockNotifications(userId));
    const { lanes, ...figures } = await row<EmptiedRow>(transaction, emptyNotifications(userId));
    if (lanes.length > 0) {
      await rows(transaction, lockLanes(lanes));
      await rows(transaction, countWithheld(lanes));
    }
    return { ...figures, withdrawn: lanes.length };
  }
}
