import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import { type Channel, channels } from '../common/channels';
import { ListQuery } from '../common/list.dto';
import { check, Instant, Optional, QueryBoolean, SingleLine } from '../common/validators';

/** Why a customer must not be messaged. */
export const suppressionReasons = ['unsubscribed', 'bounced', 'complained', 'requested', 'other'] as const;
export type SuppressionReason = (typeof suppressionReasons)[number];

/** Those that a suppression can have: an erasure's own too, which nobody gives and nobody lifts. */
const shownReasons = [...suppressionReasons, 'erased'] as const;
export type ShownReason = (typeof shownReasons)[number];

export const MAX_SOURCE = 200;
const MAX_EMAIL = 255; // users.email

/** Not whether mail would arrive: whether it can be what users.email has. */
export const isAddress = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= MAX_EMAIL && /^[^\s@]+@[^\s@]+$/.test(value);

/** A customer who must not be messaged. */
export class CreateSuppression {
  /** The customer: either this or `email`. It need not be in `users`: a customer may come back. */
  @IsOptional()
  @IsUUID('loose') // whatever PostgreSQL takes: the ids of customers are not ours, and need not follow RFC 9562
  @ApiPropertyOptional({ type: String, format: 'uuid', nullable: true })
  user_id?: string | null;

  /** The address of the customer, in whatever case; of all customers, where several have it in different case. It is not kept. */
  @IsOptional()
  @check('isAddress', isAddress, `must be an e-mail address of at most ${MAX_EMAIL} characters`)
  @MaxLength(MAX_EMAIL)
  @IsString()
  @ApiPropertyOptional({ type: String, format: 'email', nullable: true, maxLength: MAX_EMAIL })
  email?: string | null;

  /** The one channel in which it holds; null or left out: in every channel. */
  @IsOptional()
  @IsIn(channels)
  @ApiPropertyOptional({ enum: channels, type: String, nullable: true })
  channel?: Channel | null;

  /** Why. */
  @IsIn(suppressionReasons)
  @ApiProperty({ enum: suppressionReasons })
  reason: SuppressionReason;

  /** Where it came from, on one line. */
  @IsOptional()
  @SingleLine(MAX_SOURCE)
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: MAX_SOURCE, example: 'unsubscribe page' })
  source?: string | null;

  /** From this instant on it holds no longer; in the future, by the database's clock. Null or left out: it holds for good. */
  @IsOptional()
  @Instant()
  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true })
  expires_at?: string | null;
}

/** Which suppressions to list. */
export class SuppressionsQuery extends ListQuery {
  /** Only those of this customer. */
  @Optional()
  @IsUUID('loose')
  user_id?: string;

  /** Only those that hold in this channel: its own, and those of every channel. */
  @Optional()
  @IsIn(channels)
  @ApiPropertyOptional({ enum: channels })
  channel?: Channel;

  /** Only those for this reason. */
  @Optional()
  @IsIn(shownReasons)
  @ApiPropertyOptional({ enum: shownReasons })
  reason?: ShownReason;

  /** Only those that hold now (true), only those that expired (false); both when left out. */
  @Optional()
  @QueryBoolean()
  in_force?: boolean;
}

/** Who must not be messaged, and why. */
export class SuppressionView {
  /** Opaque. */
  @ApiProperty({ example: '5f0c9a1e-6a0b-4a57-9a53-0b8f3f1d2c4e:email' })
  id: string;

  /** The customer, who need not be in `users` any more, or yet. */
  @ApiProperty({ format: 'uuid' })
  user_id: string;

  /** The one channel in which it holds; null: every channel. */
  @ApiProperty({ type: String, enum: channels, nullable: true })
  channel: Channel | null;

  /** Why. `erased`: the customer was erased. It holds in every channel for good, and cannot be lifted or replaced. */
  @ApiProperty({ enum: shownReasons })
  reason: ShownReason;

  /** Where it came from; empty when nobody said. */
  source: string;

  /** From this instant on it holds no longer; null: it holds for good. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expires_at: string | null;

  /** Whether it holds now, by the database's clock. */
  in_force: boolean;

  /** Who created it first; replacing it leaves this and `created_at` as they are. */
  @ApiProperty({ example: 'token:1f0c9a1e' })
  created_by: string;

  @ApiProperty({ format: 'date-time' })
  created_at: string;
}

/** What an import came to: customers and channels, each pair counted once. */
export class SuppressionImportView {
  /** Pairs of customer and channel that were not suppressed before. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  added: number;

  /** Pairs whose reason, source or expiry is another one now. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  replaced: number;

  /** Pairs that were there to the letter. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  unchanged: number;

  /** Lines with an address that no customer has: nothing is stored of them. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  unknown: number;

  /** The first 50 of those lines, by their number in the file; the header is line 1. */
  @ApiProperty({ type: 'array', items: { type: 'integer', minimum: 2 }, maxItems: 50 })
  unknown_lines: number[];
}

/** A row as suppressions.sql.ts selects it; channel '' is every channel. */
export interface SuppressionRow {
  user_id: string;
  channel: Channel | '';
  reason: ShownReason;
  source: string;
  expires_at: Date | null;
  in_force: boolean;
  created_by: string;
  created_at: Date;
}

export const toSuppressionView = (found: SuppressionRow): SuppressionView => ({
  id: found.channel === '' ? found.user_id : `${found.user_id}:${found.channel}`,
  user_id: found.user_id,
  channel: found.channel === '' ? null : found.channel,
  reason: found.reason,
  source: found.source,
  expires_at: found.expires_at?.toISOString() ?? null,
  in_force: found.in_force,
  created_by: found.created_by,
  created_at: found.created_at.toISOString(),
});
