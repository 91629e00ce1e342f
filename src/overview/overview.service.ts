import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { row, rows } from '../common/sql';
import { allowTime } from '../database/connection-guard';
import { inTransaction } from '../database/transaction';
import { SegmentHealthService } from '../segments/segment-health.service';
import { checks } from './attention';
import { Figures } from '../common/figures';
import type { AttentionView, DeliveryFiguresView, ShopFiguresView } from './overview.dto';
import { type DeliveryRow, roomToGroup, selectDelivery, selectShop, type ShopRow } from './overview.sql';

const SHOP_FRESH_MS = 60_000;
/** Whoever brings in the first customers looks for them at once. */
const shopFreshMs = ({ customers }: ShopFiguresView): number => (customers === 0 ? 0 : SHOP_FRESH_MS);
const DELIVERY_FRESH_MS = 5000;
/** Tests make it smaller. */
export const attentionLimits = { freshMs: 5000 };
/** Ten million purchases take seconds, a busy server several times that. */
const SECONDS = 120;

/** How everything is doing, in figures that many look at: none is computed twice at once. */
@Injectable()
export class OverviewService {
  private readonly shopFigures = new Figures('Shop', shopFreshMs, () => this.readShop());
  private readonly deliveryFigures = new Figures(
    'Delivery',
    () => DELIVERY_FRESH_MS,
    () => this.readDelivery(),
  );
  private readonly attentionFigures = new Figures(
    'Attention',
    () => attentionLimits.freshMs,
    () => this.look(),
  );

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly segments: SegmentHealthService,
  ) {}

  /** @throws Problem statement-too-slow where it was never computed in time */
  shop(): Promise<ShopFiguresView> {
    return this.shopFigures.get();
  }

  delivery(): Promise<DeliveryFiguresView> {
    return this.deliveryFigures.get();
  }

  attention(): Promise<AttentionView[]> {
    return this.attentionFigures.get();
  }

  private readShop(): Promise<ShopFiguresView> {
    return inTransaction(this.database, async (transaction) => {
      await allowTime(transaction, SECONDS);
      await rows(transaction, roomToGroup);
      const found = await row<ShopRow>(transaction, selectShop);
      return {
        customers: Number(found.customers),
        active_customers: Number(found.active_customers),
        new_customers_30_days: Number(found.new_customers),
        months: found.months.map((month) => ({
          ...month,
          revenue: typeof month.revenue === 'number' ? month.revenue : null,
        })),
        as_of: found.as_of,
      };
    });
  }

  private readDelivery(): Promise<DeliveryFiguresView> {
    return inTransaction(this.database, async (transaction) => {
      await allowTime(transaction, SECONDS);
      const found = await row<DeliveryRow>(transaction, selectDelivery);
      const [sent, failed] = [Number(found.sent), Number(found.failed)];
      return {
        queued: Number(found.queued),
        leased: Number(found.leased),
        retrying: Number(found.retrying),
        oldest_queued_at: found.oldest_queued_at?.toISOString() ?? null,
        sent_24_hours: sent,
        failed_24_hours: failed,
        delivery_rate: sent + failed === 0 ? null : Number((sent / (sent + failed)).toFixed(6)),
        hours: found.hours,
        as_of: found.as_of,
      };
    });
  }

  /** One check after the other: together they must not take the connections of others. */
  private async look(): Promise<AttentionView[]> {
    const all: AttentionView[] = [];
    for (const { kind, level, find } of checks)
      for (const found of await find({ database: this.database, segments: this.segments }))
        all.push({ kind, level, ...found });
    return all;
  }
}
