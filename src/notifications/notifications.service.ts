import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { nameOf, type Principal } from '../auth/principal';
import { Page } from '../common/answer';
import { Cursors } from '../common/cursors';
import { badField, Problem } from '../common/problem';
import { type Queryable, row, rows } from '../common/sql';
import type { Once } from '../idempotency/once';
import {
  addDeliveryInfo,
  cancelLanes,
  type Chunk,
  countAll,
  MAX_META_BYTES,
  type Outcome,
  selectArchived,
  selectNotification,
  selectPage,
  settle,
  writeChunk,
} from './delivery.sql';
import {
  type MarkFailed,
  type MarkSent,
  type NotificationRow,
  type NotificationsQuery,
  type NotificationView,
  toNotificationView,
} from './notification.dto';
import { keyOf, type NotificationKey, noSuchNotification } from './notification-key';
import { RenderingService } from './rendering.service';

@Injectable()
export class NotificationsService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly cursors: Cursors,
    private readonly rendering: RenderingService,
  ) {}

  /** Queues one notification for everyone targeted in a chunk of an audience, inside the caller's transaction. */
  async writeChunk(transaction: EntityManager, chunk: Chunk): Promise<void> {
    await rows(transaction, writeChunk(chunk));
  }

  /** Cancels what no worker has settled of a dispatch, inside the caller's transaction. @returns whether there was anything */
  async cancel(transaction: EntityManager, dispatchId: string): Promise<boolean> {
    return (await rows(transaction, cancelLanes(dispatchId))).length > 0;
  }

  /** Newest dispatch first. @throws Problem bad-cursor */
  async list(query: NotificationsQuery): Promise<Page<NotificationView>> {
    const { status, campaign_id, dispatch_id, user_id, limit, cursor, total } = query;
    const filter = { status, campaignId: campaign_id, dispatchId: dispatch_id, userId: user_id };
    const scope = `notifications?${JSON.stringify(filter)}`;
    const [dispatchId, userId] = this.cursors.read(scope, cursor) ?? [];
    const after = dispatchId ? { dispatchId, userId } : undefined;
    const [found, count] = await Promise.all([
      rows<NotificationRow>(this.database, selectPage(filter, limit + 1, after)),
      total ? row<{ total: string }>(this.database, countAll(filter)) : undefined,
    ]);
    const key = (last: NotificationRow) => [last.dispatch_id, last.user_id];
    const page = this.cursors.page(found, limit, scope, key, count && Number(count.total));
    const rendered = await this.rendering.render(page.items);
    return new Page(rendered.map(toNotificationView), page.next, page.total);
  }

  /** @throws Problem notification-not-found */
  async get(id: string): Promise<NotificationView> {
    return this.view(await this.find(keyOf(id), this.database), this.database);
  }

  /**
   * Records a delivery. Repeating it changes nothing but adds new delivery_info.
   * @throws Problem notification-not-found, notification-settled
   */
  async markSent(id: string, { delivery_info }: MarkSent, caller: Principal, once: Once): Promise<NotificationView> {
    const key = keyOf(id);
    const deliveryInfo = delivery_info ?? {};
    return once.review(
      async (database) => {
        const isFirst = await this.settle(key, { as: 'sent', deliveryInfo }, caller, database);
        if (isFirst || Object.keys(deliveryInfo).length === 0) return id;
        const added = await rows(database, addDeliveryInfo(key, deliveryInfo));
        if (added.length === 0) throw badField('/delivery_info', `would make meta larger than ${MAX_META_BYTES} bytes`);
        return id;
      },
      () => this.get(id),
    );
  }

  /**
   * Records that it cannot be delivered. Repeating it changes nothing.
   * @throws Problem notification-not-found, notification-settled
   */
  async markFailed(id: string, { error }: MarkFailed, caller: Principal, once: Once): Promise<NotificationView> {
    const key = keyOf(id);
    return once.review(
      async (database) => {
        await this.settle(key, { as: 'failed', error: error ?? null }, caller, database);
        return id;
      },
      () => this.get(id),
    );
  }

  /**
   * Settles it, unless that was done before. One that was not there at first and is queued a moment later, since its dispatch is being
   * written, is tried again.
   * @returns whether it was settled now
   * @throws Problem notification-not-found, notification-settled
   */
  private async settle(key: NotificationKey, outcome: Outcome, caller: Principal, database: Queryable): Promise<boolean> {
    for (;;) {
      const { settled } = await row<{ settled: number }>(database, settle(key, outcome, nameOf(caller)));
      if (settled === 1) return true;
      const { status } = await this.find(key, database);
      if (status === outcome.as) return false;
      if (status !== 'queued') throw new Problem('notification-settled', `It is ${status}, and nothing was changed.`);
    }
  }

  private async view(found: NotificationRow, database: Queryable): Promise<NotificationView> {
    const [rendered] = await this.rendering.render([found], database);
    return toNotificationView(rendered);
  }

  /** @throws Problem notification-not-found */
  async find(key: NotificationKey, database: Queryable = this.database): Promise<NotificationRow> {
    const [found] = await rows<NotificationRow>(database, selectNotification(key));
    if (found) return found;
    const [archived] = await rows<{ archived_at: Date }>(database, selectArchived(key.dispatchId));
    return noSuchNotification(archived?.archived_at);
  }
}
