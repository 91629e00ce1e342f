import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import type { Page } from '../common/answer';
import { Cursors } from '../common/cursors';
import { badField, Problem } from '../common/problem';
import { row, rows, type Sql } from '../common/sql';
import {
  addDeliveryInfo,
  countAll,
  enqueue,
  MAX_META_BYTES,
  type NotificationKey,
  selectNotification,
  selectPage,
  settle,
} from './delivery.sql';
import {
  type MarkFailed,
  type MarkSent,
  type NotificationRow,
  type NotificationsQuery,
  type NotificationView,
  toNotificationView,
} from './notification.dto';

/** What a dispatch came to: counts as text, since PostgreSQL's are 64 bits wide. */
export interface EnqueuedFigures {
  matched: string;
  already_notified: string;
  queued: string;
}

@Injectable()
export class NotificationsService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly cursors: Cursors,
  ) {}

  /** Queues one notification for each customer of the audience who has none of this campaign yet, inside the caller's transaction. */
  enqueue(
    transaction: EntityManager,
    dispatch: { dispatchId: string; campaignId: string; audience: Sql },
  ): Promise<EnqueuedFigures> {
    return row<EnqueuedFigures>(transaction, enqueue(dispatch));
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
    return this.cursors.page(found, limit, scope, key, count && Number(count.total)).map(toNotificationView);
  }

  /** @throws Problem notification-not-found */
  async get(id: string): Promise<NotificationView> {
    return toNotificationView(await this.find(keyOf(id)));
  }

  /**
   * Records a delivery. Repeating it changes nothing but adds new delivery_info.
   * @throws Problem notification-not-found, notification-settled
   */
  async markSent(id: string, { delivery_info }: MarkSent): Promise<NotificationView> {
    const key = keyOf(id);
    const deliveryInfo = delivery_info ?? {};
    const settled = await rows(this.database, settle(key, { as: 'sent', deliveryInfo }));
    if (settled.length > 0 || Object.keys(deliveryInfo).length === 0) return this.settledAs('sent', key);
    const added = await rows(this.database, addDeliveryInfo(key, deliveryInfo));
    const notification = await this.settledAs('sent', key);
    if (added.length === 0) throw badField('/delivery_info', `would make meta larger than ${MAX_META_BYTES} bytes`);
    return notification;
  }

  /**
   * Records that it cannot be delivered. Repeating it changes nothing.
   * @throws Problem notification-not-found, notification-settled
   */
  async markFailed(id: string, { error }: MarkFailed): Promise<NotificationView> {
    const key = keyOf(id);
    await rows(this.database, settle(key, { as: 'failed', error: error ?? null }));
    return this.settledAs('failed', key);
  }

  private async settledAs(status: 'sent' | 'failed', key: NotificationKey): Promise<NotificationView> {
    const found = await this.find(key);
    if (found.status !== status)
      throw new Problem('notification-settled', `It is ${found.status}, and nothing was changed.`);
    return toNotificationView(found);
  }

  private async find(key: NotificationKey): Promise<NotificationRow> {
    const [found] = await rows<NotificationRow>(this.database, selectNotification(key));
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
