import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsObject, IsOptional, IsString, IsUUID, Matches, MaxLength } from 'class-validator';
import { type Channel, channels } from '../common/channels';
import { ListQuery } from '../common/list.dto';
import { check, Optional, RawJson } from '../common/validators';
import { type NotificationStatus, notificationStatuses } from './notification-state';

/** Which notifications to list. */
export class NotificationsQuery extends ListQuery {
  /** Only those in this status. */
  @Optional()
  @IsIn(notificationStatuses)
  @ApiPropertyOptional({ enum: notificationStatuses })
  status?: NotificationStatus;

  /** Only those of this campaign. */
  @Optional()
  @IsUUID()
  campaign_id?: string;

  /** Only those of this dispatch. */
  @Optional()
  @Matches(/^[1-9]\d{0,17}$/, { message: '$property must be the id of a dispatch' })
  @ApiPropertyOptional({ example: '17' })
  dispatch_id?: string;

  /** Only those of this customer. */
  @Optional()
  @IsUUID('loose') // whatever PostgreSQL takes: the ids of customers are not ours, and need not follow RFC 9562
  user_id?: string;
}

const MAX_INFO_BYTES = 16_384;

/** What a worker reports of a delivery. The body may be left out. */
export class MarkSent {
  /** Anything worth keeping, such as the provider's id: a JSON object of at most 16 KB, merged into `meta`. */
  @IsOptional()
  @RawJson()
  @check('isSmall', (value) => Buffer.byteLength(JSON.stringify(value) ?? '') <= MAX_INFO_BYTES, 'must have at most 16 KB')
  @ApiPropertyOptional({ type: 'object', nullable: true, additionalProperties: true, example: { provider_id: 'msg-123' } })
  @IsObject()
  delivery_info?: Record<string, unknown> | null;
}

/** What a worker reports of a failure. The body may be left out. */
export class MarkFailed {
  /** Why, in a few words. */
  @IsOptional()
  @MaxLength(1000)
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 1000, example: 'mailbox does not exist' })
  @IsString()
  error?: string | null;
}

/** One customer's message in one dispatch. */
export class NotificationView {
  /** Opaque; also the message id a worker hands to its provider: it never changes. */
  @ApiProperty({ example: '17:5f0c9a1e-6a0b-4a57-9a53-0b8f3f1d2c4e' })
  id: string;

  /** The customer. */
  @ApiProperty({ format: 'uuid' })
  user_id: string;

  @ApiProperty({ format: 'uuid' })
  campaign_id: string;

  @ApiProperty({ example: '17' })
  dispatch_id: string;

  /** Whether it belongs to a test send, which never counts as the campaign. */
  is_test: boolean;

  /** The way it goes. */
  @ApiProperty({ enum: channels })
  channel: Channel;

  /** The title or subject, on one line; null when there is none. */
  @ApiProperty({ type: String, nullable: true })
  title: string | null;

  /**
   * What is to be sent: the message as it was when it was dispatched, with the values this customer has now in place of its placeholders.
   */
  message: string;

  /** `queued` until a worker settles it, also while one holds it (`leased_until`) and while it waits to be tried again (`retry_at`). */
  @ApiProperty({ enum: notificationStatuses })
  status: NotificationStatus;

  /** Until when a worker holds it; null where nobody does. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  leased_until: string | null;

  /** When it is tried again after a failure; null where that is not so. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  retry_at: string | null;

  /** How often a worker said what became of it: sent, failed, or failed and to be tried again. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  attempts: number;

  /** Why the last attempt failed. */
  @ApiProperty({ type: String, nullable: true })
  error: string | null;

  /** What workers reported with it. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  meta: Record<string, unknown>;

  @ApiProperty({ format: 'date-time' })
  created_at: string;

  /** When it was settled, or meta grew after that; when it was created, until then. */
  @ApiProperty({ format: 'date-time' })
  updated_at: string;
}

/** A row as delivery.sql.ts selects it; title and message may have placeholders. */
export interface NotificationRow extends Omit<
  NotificationView,
  'id' | 'leased_until' | 'retry_at' | 'created_at' | 'updated_at'
> {
  leased_until: Date | null;
  retry_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

export const toNotificationView = (found: NotificationRow): NotificationView => ({
  id: `${found.dispatch_id}:${found.user_id}`,
  user_id: found.user_id,
  campaign_id: found.campaign_id,
  dispatch_id: found.dispatch_id,
  is_test: found.is_test,
  channel: found.channel,
  title: found.title,
  message: found.message,
  status: found.status,
  leased_until: found.leased_until?.toISOString() ?? null,
  retry_at: found.retry_at?.toISOString() ?? null,
  attempts: found.attempts,
  error: found.error,
  meta: found.meta,
  created_at: found.created_at.toISOString(),
  updated_at: found.updated_at.toISOString(),
});
