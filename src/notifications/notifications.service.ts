import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
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
  type NotificationKey,
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

  /** Cancels what no worker has settled of a dispatch, inside the caller's transaction. */
  async cancel(transaction: EntityManager, dispatchId: string): Promise<void> {
    await rows(transaction, cancelLanes(dispatchId));
  }

  /** Newest dispatch first. @throws Problem bad-cursor */
  async list({ status, campaign_id, user_id, limit, cursor, total }: NotificationsQuery): Promise<Page<NotificationView>> {
    const filter = { status, campaignId: campaign_id, userId: user_id };
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
  async markSent(id: string, { delivery_info }: MarkSent, once: Once): Promise<NotificationView> {
    const key = keyOf(id);
    const deliveryInfo = delivery_info ?? {};
    return once(async (database) => {
      const settled = await rows(database, settle(key, { as: 'sent', deliveryInfo }));
      if (settled.length > 0 || Object.keys(deliveryInfo).length === 0) return this.settledAs('sent', key, database);
      const added = await rows(database, addDeliveryInfo(key, deliveryInfo));
      const notification = await this.settledAs('sent', key, database);
      if (added.length === 0) throw badField('/delivery_info', `would make meta larger than ${MAX_META_BYTES} bytes`);
      return notification;
    });
  }

  /**
   * Records that it cannot be delivered. Repeating it changes nothing.
   * @throws Problem notification-not-found, notification-settled
   */
  async markFailed(id: string, { error }: MarkFailed, once: Once): Promise<NotificationView> {
    const key = keyOf(id);
    return once(async (database) => {
      await rows(database, settle(key, { as: 'failed', error: error ?? null }));
      return this.settledAs('failed', key, database);
    });
  }

  private async settledAs(status: 'sent' | 'failed', key: NotificationKey, database: Queryable): Promise<NotificationView> {
    const found = await this.find(key, database);
    if (found.status !== status)
      throw new Problem('notification-settled', `It is ${found.status}, and nothing was changed.`);
    return this.view(found, database);
  }

  private async view(found: NotificationRow, database: Queryable): Promise<NotificationView> {
    const [rendered] = await this.rendering.render([found], database);
    return toNotificationView(rendered);
  }

  private async find(key: NotificationKey, database: Queryable): Promise<NotificationRow> {
    const [found] = await rows<NotificationRow>(database, selectNotification(key));
    return found ?? noSuchNotification();
  }
}

/** `<dispatch>:<customer>`; what has another form names no notification. */
function keyOf(id: string): NotificationKey {
  const match = /^([1-9]\d{0,17}):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.exec(id);
  return match ? { dispatchId: match[1], userId: match[2] } : noSuchNotification();
}

function noSuchNotification(): never {
  throw new Problem('notification-not-found', 'There is no such notification.');
}
