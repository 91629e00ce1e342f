import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, MaxLength, ValidateIf, IsString } from 'class-validator';
import { Optional } from '../../common/validators';
import { type NotificationStatus, notificationStatuses } from '../notification-state';

/** What is to be tried again. The body may be left out: everything that failed. */
export class RedriveRequest {
  /** Only what failed for this reason, as `GET /dispatches/{id}/failures` shows it; null for what failed without one. */
  @Optional()
  @ValidateIf((_, value) => value !== null)
  @MaxLength(1000)
  @IsString()
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 1000, example: 'mailbox does not exist' })
  error?: string | null;
}

export class RedriveView {
  /** How many are tried again. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  redriven: number;
}

/** What failed for one reason. */
export class FailureGroup {
  /** What workers said; null where they said nothing. */
  @ApiProperty({ type: String, nullable: true })
  error: string | null;

  /** Given up. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  failed: number;

  /** Failed, and to be tried again. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  retrying: number;

  /** Ids of up to three of them. */
  @ApiProperty({ type: [String] })
  examples: string[];

  /** When the first was given up; null where none was. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  first_at: string | null;

  /** When the last was given up. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  last_at: string | null;
}

export const outcomes = [
  'leased',
  'sent',
  'failed',
  'retry',
  'lost',
  'released',
  'overtaken',
  'redriven',
  'withheld',
] as const;

/** One attempt to deliver a notification, or what else was done about it. */
export class HistoryEntry {
  /** 1 is the first. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  attempt: number;

  /** Who had it, or asked for it; null where that is not known. */
  @ApiProperty({ type: String, nullable: true })
  worker: string | null;

  /** When it was handed out. */
  @ApiProperty({ format: 'date-time' })
  claimed_at: string;

  /** When it was settled or the lease ended; null while it is held. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  ended_at: string | null;

  /**
   * `leased`: a worker holds it. `sent`; `failed`: given up; `retry`: failed, and tried again at `retry_at`. `lost`: its worker was not heard
   * of again, and may have sent it. `released`: given back. `overtaken`: it was settled by name
   * while this worker held it. `redriven`: an admin had it tried again. `withheld`: the customer was suppressed.
   */
  @ApiProperty({ enum: outcomes })
  outcome: (typeof outcomes)[number];

  /** Why it failed. */
  @ApiProperty({ type: String, nullable: true })
  error: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  retry_at: string | null;
}

/** Which lines. */
export class RecipientsQuery {
  /** Only those in this status. */
  @Optional()
  @IsIn(notificationStatuses)
  @ApiPropertyOptional({ enum: notificationStatuses })
  status?: NotificationStatus;
}
