import { ApiProperty } from '@nestjs/swagger';
import { checks } from './attention';

/** What was bought in a month, in UTC. */
export class MonthView {
  @ApiProperty({ example: '2026-11' })
  month: string;

  @ApiProperty({ type: 'integer', minimum: 0 })
  purchases: number;

  /** Null where an amount is no number. */
  @ApiProperty({ type: Number, nullable: true, example: 12980.5 })
  revenue: number | null;

  /** Who bought something. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  customers: number;
}

/** Customers and purchases in figures. */
export class ShopFiguresView {
  @ApiProperty({ type: 'integer', minimum: 0 })
  customers: number;

  /** Those who can be targeted. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  active_customers: number;

  /** Registered in the last 30 × 24 hours; 0 where `users` has no registration_date. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  new_customers_30_days: number;

  /** Thirteen, oldest first; the last is the current one, as far as it has come. */
  @ApiProperty({ type: () => [MonthView] })
  months: MonthView[];

  /** When it was computed: at most a minute ago, or longer where that takes more than three seconds. */
  @ApiProperty({ format: 'date-time' })
  as_of: string;
}

/** What was settled in an hour. */
export class HourView {
  /** When it begins. */
  @ApiProperty({ format: 'date-time' })
  hour: string;

  @ApiProperty({ type: 'integer', minimum: 0 })
  sent: number;

  @ApiProperty({ type: 'integer', minimum: 0 })
  failed: number;
}

/** How delivery goes, over all campaigns and tests. */
export class DeliveryFiguresView {
  /** Not settled yet, of what may be handed out: leased and retrying ones too. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  queued: number;

  /** In the hands of a worker. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  leased: number;

  /** Wait to be tried again. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  retrying: number;

  /** When the oldest of what is queued was written; null where nothing is. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  oldest_queued_at: string | null;

  @ApiProperty({ type: 'integer', minimum: 0 })
  sent_24_hours: number;

  /** Given up. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  failed_24_hours: number;

  /** Of what was settled in 24 hours the share that was sent, 0…1; null where nothing was. */
  @ApiProperty({ type: Number, minimum: 0, maximum: 1, nullable: true, example: 0.987 })
  delivery_rate: number | null;

  /** Twenty-four, oldest first; the last is the current one, as far as it has come. */
  @ApiProperty({ type: () => [HourView] })
  hours: HourView[];

  /** When it was computed: at most five seconds ago, or longer where that takes more than a quarter of one. */
  @ApiProperty({ format: 'date-time' })
  as_of: string;
}

/** Of what a person should look at. */
export const attentionKinds = checks.map(({ kind }) => kind);
const levels = ['warning', 'error'] as const;

/** Something that a person should look at. */
export class AttentionView {
  @ApiProperty({ enum: attentionKinds })
  kind: (typeof attentionKinds)[number];

  @ApiProperty({ enum: levels })
  level: (typeof levels)[number];

  /** Of the dispatch, the segment or the webhook; null where it is none of these. */
  @ApiProperty({ type: String, nullable: true })
  subject_id: string | null;

  /** Its name, the campaign's for a dispatch, the channel's for a queue. */
  @ApiProperty({ type: String, nullable: true })
  subject: string | null;

  /** How many: notifications that failed or wait, chunks that are not written; 1 where there is nothing to count. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  count: number;

  /** For people. */
  detail: string;
}
