import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, MaxLength } from 'class-validator';
import type { Principal } from '../auth/principal';
import { ListQuery } from '../common/list.dto';
import { Instant, Optional } from '../common/validators';
import { type EntryRow, type Outcome, outcomes } from './audit.sql';
import { type TargetType, targetTypes } from './audited';

/** Which entries. */
export class AuditQuery extends ListQuery {
  /** Only what this one did, by the name that entries have. */
  @Optional()
  @MaxLength(300)
  @IsString()
  actor?: string;

  /** Only this action, such as `segment.updated`. */
  @Optional()
  @MaxLength(200)
  @IsString()
  action?: string;

  /** Only what was done to things of this kind. */
  @Optional()
  @IsIn(targetTypes)
  @ApiPropertyOptional({ enum: targetTypes })
  target_type?: TargetType;

  /** Only what was done to the thing with this id. */
  @Optional()
  @MaxLength(200)
  @IsString()
  target_id?: string;

  /** Only what was done, or only what was refused. */
  @Optional()
  @IsIn(outcomes)
  @ApiPropertyOptional({ enum: outcomes })
  outcome?: Outcome;

  /** From this instant on. */
  @Optional()
  @Instant()
  @ApiPropertyOptional({ format: 'date-time' })
  from?: string;

  /** Before this instant. */
  @Optional()
  @Instant()
  @ApiPropertyOptional({ format: 'date-time' })
  to?: string;
}

const HASH = { pattern: '^[0-9a-f]{64}$' };

type Via = Principal['via'] | 'command';

/** One thing that somebody did, or was not allowed to do. */
export class AuditEntryView {
  /** Its number in the chain: 1 is the first ever. */
  @ApiProperty({ example: '1042' })
  id: string;

  /** When, by the database's clock. */
  @ApiProperty({ format: 'date-time' })
  at: string;

  /** Who: the name that `GET /me` gives the same caller. */
  @ApiProperty({ example: 'token:1a2b3c4d' })
  actor: string;

  /** How the caller was known; `command`: by the database, where it was not a request but a command. */
  @ApiProperty({ enum: ['token', 'auth-service', 'jwt', 'command'] })
  via: Via;

  /** What was done to what. Of a refused request that would have changed nothing, its method and address: `GET /segments`. */
  @ApiProperty({ example: 'segment.updated' })
  action: string;

  @ApiProperty({ enum: [...targetTypes, null], type: String, nullable: true })
  target_type: TargetType | null;

  /** Null where there are many, as in an import. */
  @ApiProperty({ type: String, nullable: true })
  target_id: string | null;

  /** `refused`: the caller is known, and may not do it. */
  @ApiProperty({ enum: outcomes })
  outcome: Outcome;

  /** What else there is to know. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  detail: Record<string, unknown> | null;

  /** SHA-256 of the view before, as JSON with sorted keys; null where there was nothing. */
  @ApiProperty({ type: String, nullable: true, ...HASH })
  before_hash: string | null;

  /** SHA-256 of the view after, the one that `GET` shows; null where there is nothing any more. */
  @ApiProperty({ type: String, nullable: true, ...HASH })
  after_hash: string | null;

  /** Of the request: as in `X-Request-Id` and in the log. */
  @ApiProperty()
  request_id: string;

  /** From where it came. What a proxy says is believed of TRUSTED_PROXIES only. */
  @ApiProperty({ type: String, nullable: true, example: '203.0.113.7' })
  ip: string | null;

  /** SHA-256 of `previous_hash` and everything above (docs/audit.md). */
  @ApiProperty(HASH)
  hash: string;

  /** The hash of the entry before; zeros in the first. */
  @ApiProperty(HASH)
  previous_hash: string;
}

export const toAuditEntryView = (entry: EntryRow): AuditEntryView => ({
  ...entry,
  at: entry.at.toISOString(),
  via: entry.via as Via,
});

/** Whether the chain of entries is as it was written. */
export class AuditVerificationView {
  /** How many there are. One that was cut off at the end is missed by nobody but who knows this number, or the last hash, from before. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  entries: number;

  intact: boolean;

  /** The first that was altered, or that does not follow the one before it. */
  @ApiProperty({ type: String, nullable: true })
  first_broken_id: string | null;

  /** By the database's clock. */
  @ApiProperty({ format: 'date-time' })
  checked_at: string;
}
