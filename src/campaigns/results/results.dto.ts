import { ApiProperty } from '@nestjs/swagger';
import { Optional, QueryInteger } from '../../common/validators';
import { warningCodes, type WarningCode } from './warnings';

export class ResultsQuery {
  /** Purchases this many days (of 24 hours) after a customer was targeted or kept out count. */
  @Optional()
  @QueryInteger(1, 365)
  within_days: number = 14;
}

/** What a group of customers bought in the days after they were put in it. */
export class GroupResultsView {
  @ApiProperty({ type: 'integer', minimum: 0 })
  customers: number;

  /** Of these, with at least one purchase. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  buyers: number;

  @ApiProperty({ type: 'integer', minimum: 0 })
  purchases: number;

  /** What the purchases add up to, rounded to cents; null where an amount among them is no number. */
  @ApiProperty({ type: Number, nullable: true, example: 18250.4 })
  revenue: number | null;

  /** Buyers among customers, 0…1; null without customers. */
  @ApiProperty({ type: Number, nullable: true, minimum: 0, maximum: 1, example: 0.0815 })
  conversion: number | null;

  /** Revenue by customer, buyer or not, to four decimals; null without customers, or without a revenue. */
  @ApiProperty({ type: Number, nullable: true, example: 2.0278 })
  revenue_per_customer: number | null;
}

/** An estimate with its 95 % confidence interval; no bounds where a group has a single customer. */
export class EstimateView {
  @ApiProperty({ example: 1.84 })
  estimate: number;

  @ApiProperty({ type: Number, nullable: true, example: 0.92 })
  low: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 2.71 })
  high: number | null;
}

/** What the campaign changed: the targeted beside the held out. An interval that has 0 in it may be chance. */
export class EffectView {
  /** More buyers among the customers, in percentage points. Newcombe's hybrid score interval (1998, method 10). */
  conversion_points: EstimateView;

  /** More revenue by customer. Welch's interval (1947) with the normal quantile. Null where an amount is no number. */
  @ApiProperty({ type: () => EstimateView, nullable: true })
  revenue_per_customer: EstimateView | null;

  /** Buyers there would not have been otherwise: the difference for everyone targeted. */
  incremental_buyers: EstimateView;

  /** Revenue there would not have been otherwise: the difference for everyone targeted. Null where an amount is no number. */
  @ApiProperty({ type: () => EstimateView, nullable: true })
  incremental_revenue: EstimateView | null;
}

/** What became of the notifications of the dispatches that count. A customer of two dispatches can have two. */
export class ResultsNotificationsView {
  /** Notifications in all. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  notified: number;

  /** Marked sent by a worker. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  sent: number;

  /** Marked failed by a worker. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  failed: number;

  /** Withdrawn before a worker settled them. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  cancelled: number;
}

/** Why to be careful with the figures. */
export class ResultsWarningView {
  /** Stable: decide by it, not by the text. */
  @ApiProperty({ enum: warningCodes })
  code: WarningCode;

  /** For people. */
  detail: string;
}

/**
 * What a campaign changed. By intention to treat: whoever was targeted counts, whether the message was delivered or not, because whom a
 * message reaches is no accident, and only the draw between targeted and held out makes the two alike. The effect is that of targeting.
 */
export class CampaignResultsView {
  @ApiProperty({ format: 'uuid' })
  campaign_id: string;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: 365 })
  within_days: number;

  /** When it was looked at; later purchases do not count. */
  @ApiProperty({ format: 'date-time' })
  as_of: string;

  /** When the days of the last dispatch end; null without a dispatch. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  window_ends_at: string | null;

  /** Dispatches that count: not tests or dry runs, not failed ones, and none before its audience is known. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  dispatches: number;

  /** Customers who were to get the message. */
  targeted: GroupResultsView;

  /** Customers who would have been targeted, and were kept out by the draw. */
  holdout: GroupResultsView;

  notifications: ResultsNotificationsView;

  /** Null where one of the groups is empty. */
  @ApiProperty({ type: () => EffectView, nullable: true })
  effect: EffectView | null;

  @ApiProperty({ type: () => [ResultsWarningView] })
  warnings: ResultsWarningView[];
}
