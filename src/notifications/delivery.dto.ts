import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { type Channel, channels } from '../common/channels';
import { check, Optional, RawJson, SingleLine } from '../common/validators';
import { isPlainSettle, isSmall, MAX_BATCH, MAX_ERROR, MAX_RETRY_AFTER, NOTIFICATION_ID } from './plain-settle';

export const MAX_LEASE_SECONDS = 600;
const MAX_WAIT_SECONDS = 30;
const isId = () => Matches(NOTIFICATION_ID, { message: '$property must be the id of a notification' });

const leaseSeconds = [
  IsInt(),
  Min(5),
  Max(MAX_LEASE_SECONDS),
  ApiProperty({ type: 'integer', minimum: 5, maximum: MAX_LEASE_SECONDS, default: 60 }),
];
const LeaseSeconds = () => (target: object, key: string) => leaseSeconds.forEach((decorate) => decorate(target, key));

/** What a worker wants to deliver. */
export class ClaimRequest {
  /** At most so many notifications. There may be more although fewer come: claim again. */
  @Optional()
  @Max(MAX_BATCH)
  @Min(1)
  @IsInt()
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_BATCH, default: 100 })
  limit?: number = 100;

  /** How long nobody else gets them, in seconds. Take more than a batch needs, or extend the lease while you send. */
  @Optional()
  @LeaseSeconds()
  lease_seconds?: number = 60;

  /** Only those that go this way. All channels by default. */
  @Optional()
  @IsIn(channels)
  @ApiPropertyOptional({ enum: channels })
  channel?: Channel;

  /** Where there is nothing, the answer waits so long for something, in seconds. */
  @Optional()
  @Max(MAX_WAIT_SECONDS)
  @Min(0)
  @IsInt()
  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: MAX_WAIT_SECONDS, default: 0 })
  wait_seconds?: number = 0;

  /** A name that tells this worker from others in histories; the token's by default. */
  @Optional()
  @SingleLine(100)
  @ApiPropertyOptional({ example: 'mailer-3' })
  worker?: string;
}

/** One notification in a worker's hands. */
export class ClaimedNotification {
  /** Never changes, however often it is tried: hand it to the provider as the key by which it drops repetitions. */
  @ApiProperty({ example: '17:5f0c9a1e-6a0b-4a57-9a53-0b8f3f1d2c4e' })
  id: string;

  /** The customer. */
  @ApiProperty({ format: 'uuid' })
  user_id: string;

  @ApiProperty({ format: 'uuid' })
  campaign_id: string;

  @ApiProperty({ example: '17' })
  dispatch_id: string;

  /** The title or subject, on one line, as this customer is to read it. */
  @ApiProperty({ type: String, nullable: true })
  title: string | null;

  /** The message as this customer is to read it. */
  message: string;

  @ApiProperty({ enum: channels })
  channel: Channel;

  /** 1 for the first worker that gets it; more after failures, and after workers that were lost with it: then it may have been sent. */
  @ApiProperty({ type: 'integer', minimum: 1 })
  attempt: number;

  /** What the channel needs beside: `email`, the customer's address, for email (null where there is none). */
  @ApiProperty({ type: 'object', additionalProperties: true, example: { email: 'ana@example.com' } })
  data: Record<string, unknown>;
}

/** A lease, or none where there was nothing to deliver. */
export class ClaimView {
  /** What settles, extends and releases the lease. Null where there is none. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  lease_token: string | null;

  /** Until then nobody else gets these notifications; by the database's clock. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lease_until: string | null;

  @ApiProperty({ type: [ClaimedNotification] })
  notifications: ClaimedNotification[];
}

/** One that was delivered. */
export class SentItem {
  @isId()
  @ApiProperty({ example: '17:5f0c9a1e-6a0b-4a57-9a53-0b8f3f1d2c4e' })
  id: string;

  /** Anything worth keeping, such as the provider's id: a JSON object of at most 16 KB, merged into `meta`. */
  @Optional()
  @RawJson()
  @check('isSmall', isSmall, 'must have at most 16 KB')
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { provider_id: 'msg-123' } })
  @IsObject()
  delivery_info?: Record<string, unknown>;
}

/** One that was not delivered. */
export class FailedItem {
  @isId()
  @ApiProperty({ example: '17:5f0c9a1e-6a0b-4a57-9a53-0b8f3f1d2c4e' })
  id: string;

  /** Why, in a few words. Failures are grouped by it: leave out what differs from one to the next. */
  @Optional()
  @MaxLength(MAX_ERROR)
  @Matches(/^/)
  @ApiPropertyOptional({ maxLength: MAX_ERROR, example: 'mailbox does not exist' })
  error?: string;

  /** Whether to try it again, later and later, until it failed five times. `false` where it never will be delivered. */
  @Optional()
  @IsBoolean()
  @ApiPropertyOptional({ default: true })
  retry?: boolean;

  /** Try it again no earlier than in so many seconds, as a provider's Retry-After says. */
  @Optional()
  @IsNumber()
  @Min(0)
  @Max(MAX_RETRY_AFTER)
  @ApiPropertyOptional({ type: 'number', minimum: 0, maximum: MAX_RETRY_AFTER })
  retry_after_seconds?: number;
}

const Token = () => (target: object, key: string) => {
  IsUUID('loose')(target, key);
  ApiProperty({ format: 'uuid' })(target, key);
};

/** What became of some or all notifications of a lease. The rest stays in it. */
export class SettleRequest {
  static readonly isPlain = isPlainSettle;

  @Token()
  lease_token: string;

  @Optional()
  @IsArray()
  @ArrayMaxSize(MAX_BATCH)
  @ValidateNested({ each: true })
  @Type(() => SentItem)
  @ApiPropertyOptional({ type: [SentItem], maxItems: MAX_BATCH })
  sent?: SentItem[];

  @Optional()
  @IsArray()
  @ArrayMaxSize(MAX_BATCH)
  @ValidateNested({ each: true })
  @Type(() => FailedItem)
  @ApiPropertyOptional({ type: [FailedItem], maxItems: MAX_BATCH })
  failed?: FailedItem[];
}

/** What was recorded. */
export class SettleView {
  @ApiProperty({ type: 'integer', minimum: 0 })
  sent: number;

  /** Given up. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  failed: number;

  /** Failed, and to be tried again. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  retrying: number;

  /** What is left in the lease. At 0 it has ended. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  open: number;

  /** Ids of which nothing was recorded: they are not in this lease, or were settled before. */
  @ApiProperty({ type: [String] })
  rejected: string[];
}

export class ExtendRequest {
  @Token()
  lease_token: string;

  /** So long from now. */
  @LeaseSeconds()
  lease_seconds: number;
}

export class ExtendView {
  @ApiProperty({ format: 'date-time' })
  lease_until: string;
}

export class ReleaseRequest {
  @Token()
  lease_token: string;
}

export class ReleaseView {
  /** How many were given back. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  released: number;
}
