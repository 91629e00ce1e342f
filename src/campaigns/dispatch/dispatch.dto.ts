import { ApiProperty } from '@nestjs/swagger';
import { Instant, Optional } from '../../common/validators';

/** How to dispatch. The body may be left out. */
export class DispatchRequest {
  /** The instant at which the rules are read; the database's now when left out. */
  @Optional()
  @Instant()
  as_of?: string;
}

/** What became of the notifications of a dispatch so far. They add up to `queued` of the dispatch. */
export class DispatchProgress {
  /** Not settled yet. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  queued: number;

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

export const dispatchStatuses = ['resolving', 'writing', 'dispatched', 'paused', 'cancelled', 'failed'] as const;

/** One run of a campaign. `matched = already_notified + queued`. */
export class DispatchView {
  /** Opaque. */
  @ApiProperty({ example: '17' })
  id: string;

  @ApiProperty({ format: 'uuid' })
  campaign_id: string;

  /** `dispatched`: every notification is written. */
  @ApiProperty({ enum: dispatchStatuses })
  status: (typeof dispatchStatuses)[number];

  /** The instant at which the rules were read. */
  @ApiProperty({ format: 'date-time' })
  as_of: string;

  /** The message as it was then. */
  message: string;

  /** Customers the rules gave, each once. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  matched: number;

  /** Of these, customers who had a notification of this campaign already. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  already_notified: number;

  /** Notifications this dispatch wrote. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  queued: number;

  /** How far its notifications are. */
  progress: DispatchProgress;

  /** Who asked for it. */
  @ApiProperty({ example: 'token:5f3c9a1b' })
  requested_by: string;

  @ApiProperty({ format: 'date-time' })
  created_at: string;

  /** When the last notification was written; null until then. */
  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  finished_at: string | null;
}

/** A row of `dispatches` with the sums over its lanes, as dispatches.sql.ts selects it: counts are bigint, so text. */
export interface DispatchRow {
  id: string;
  campaign_id: string;
  status: DispatchView['status'];
  as_of: string;
  message: string;
  matched: string;
  already_notified: string;
  queued: string;
  waiting: string;
  sent: string;
  failed: string;
  cancelled: string;
  requested_by: string;
  created_at: Date;
  finished_at: Date | null;
}

export const toDispatchView = (dispatch: DispatchRow): DispatchView => ({
  id: dispatch.id,
  campaign_id: dispatch.campaign_id,
  status: dispatch.status,
  as_of: dispatch.as_of.replace('+00:00', 'Z'),
  message: dispatch.message,
  matched: Number(dispatch.matched),
  already_notified: Number(dispatch.already_notified),
  queued: Number(dispatch.queued),
  progress: {
    queued: Number(dispatch.waiting),
    sent: Number(dispatch.sent),
    failed: Number(dispatch.failed),
    cancelled: Number(dispatch.cancelled),
  },
  requested_by: dispatch.requested_by,
  created_at: dispatch.created_at.toISOString(),
  finished_at: dispatch.finished_at?.toISOString() ?? null,
});
