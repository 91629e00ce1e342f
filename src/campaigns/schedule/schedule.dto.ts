import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { check, isInstant, Optional } from '../../common/validators';
import { Occurrences } from './occurrences';
import { timeZoneNamed } from './time-zone';

const LOCAL_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/;
/** With its seconds: `2026-12-01T09:00:00`. */
export const withSeconds = (localTime: string): string => (localTime.length === 16 ? `${localTime}:00` : localTime);

const isLocalTime = (value: unknown) =>
  typeof value === 'string' && LOCAL_TIME.test(value) && isInstant(`${withSeconds(value)}Z`);
const isTimeZone = (value: unknown) => typeof value === 'string' && timeZoneNamed(value) !== undefined;

const LocalTime = () =>
  applyDecorators(
    check('isLocalTime', isLocalTime, 'must be a local time without offset, 1970 to 2200, such as 2026-12-01T09:00'),
    ApiProperty({ type: 'string', format: 'date-time-local', example: '2026-12-01T09:00' }),
  );
const TimeZone = () =>
  applyDecorators(
    check('isTimeZone', isTimeZone, 'must be a time zone by its IANA name, such as Europe/Madrid'),
    ApiProperty({ type: 'string', format: 'iana-time-zone', maxLength: 64, example: 'Europe/Madrid' }),
  );

/** When a campaign is dispatched by itself. It replaces the schedule there was. */
export class ScheduleRequest {
  /** The local time of the one occurrence, or where the recurrence begins: it is an occurrence itself only if the rule gives it. */
  @LocalTime()
  scheduled_at: string;

  /** The zone in which the local times are read. */
  @TimeZone()
  time_zone: string;

  /**
   * When it comes again: an RRULE value of RFC 5545, without RDATE and EXDATE. FREQ is HOURLY to YEARLY, COUNT and INTERVAL at most
   * 1,000, UNTIL an instant in UTC. Left out or null: once.
   */
  @IsOptional()
  @MaxLength(500)
  @IsString()
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    format: 'rrule',
    maxLength: 500,
    example: 'FREQ=WEEKLY;BYDAY=MO,TH;COUNT=10',
  })
  recurrence?: string | null;

  /** An occurrence that could not be fired for so long is not fired at all, but recorded as missed. Minutes. */
  @Optional()
  @Max(1440)
  @Min(1)
  @IsInt()
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 1440, default: 60 })
  max_lateness_minutes: number = 60;
}

/** An occurrence to come. */
export class UpcomingOccurrence {
  @ApiProperty({ format: 'date-time', example: '2026-12-03T08:00:00.000Z' })
  due_at: string;

  /** The same in the zone of the schedule. Where the clocks leave out the local time of the rule, this is what they show instead. */
  @ApiProperty({ example: '2026-12-03T09:00:00' })
  local_time: string;
}

/** When a campaign is dispatched by itself. */
export class ScheduleView {
  @ApiProperty({ format: 'uuid' })
  campaign_id: string;

  /** The local time of the one occurrence, or where the recurrence begins. */
  @ApiProperty({ example: '2026-12-01T09:00:00' })
  scheduled_at: string;

  /** IANA name of the zone in which the local times are read. */
  @ApiProperty({ example: 'Europe/Madrid' })
  time_zone: string;

  /** An RRULE value of RFC 5545; null: once. */
  @ApiProperty({ type: String, nullable: true, example: 'FREQ=WEEKLY;BYDAY=MO,TH;COUNT=10' })
  recurrence: string | null;

  /** An occurrence that could not be fired for so long is missed. Minutes. */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 1440 })
  max_lateness_minutes: number;

  /** The occurrence to be fired next; null after the last. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-12-03T08:00:00.000Z' })
  next_at: string | null;

  /** The next occurrence and those after it, five in all. */
  @ApiProperty({ type: [UpcomingOccurrence], maxItems: 5 })
  upcoming: UpcomingOccurrence[];

  /** Who made it. */
  created_by: string;

  @ApiProperty({ format: 'date-time' })
  created_at: string;

  /** When it was replaced last. */
  @ApiProperty({ format: 'date-time' })
  updated_at: string;
}

const outcomes = ['dispatched', 'missed', 'refused'] as const;
export type Outcome = (typeof outcomes)[number];

/** What became of an occurrence. */
export class OccurrenceView {
  @ApiProperty({ format: 'date-time', example: '2026-12-03T08:00:00.000Z' })
  due_at: string;

  /** `dispatched`: see the dispatch. `missed`: it could not be fired in time. `refused`: the campaign could not be dispatched. */
  @ApiProperty({ enum: outcomes })
  outcome: Outcome;

  /** The dispatch it started. */
  @ApiProperty({ type: String, nullable: true, example: '17' })
  dispatch_id: string | null;

  /** Why; empty where there is nothing to say. */
  detail: string;
}

/** A row of campaign_schedules. */
export interface ScheduleRow {
  campaign_id: string;
  local_time: string;
  time_zone: string;
  recurrence: string | null;
  max_lateness_minutes: number;
  next_at: Date | null;
  version: number;
  created_by: string;
  created_at: Date;
  updated_at: Date;
}

/** A row of schedule_occurrences. */
export interface OccurrenceRow {
  due_at: Date;
  outcome: Outcome;
  dispatch_id: string | null;
  detail: string;
}

const UPCOMING = 5;

export function toScheduleView(row: ScheduleRow): ScheduleView {
  const occurrences = new Occurrences(row);
  const upcoming = row.next_at ? occurrences.upcoming(row.next_at.getTime() - 1, UPCOMING) : [];
  return {
    campaign_id: row.campaign_id,
    scheduled_at: row.local_time,
    time_zone: row.time_zone,
    recurrence: row.recurrence,
    max_lateness_minutes: row.max_lateness_minutes,
    next_at: row.next_at?.toISOString() ?? null,
    upcoming: upcoming.map((at) => ({ due_at: new Date(at).toISOString(), local_time: occurrences.localTime(at) })),
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

export const toOccurrenceView = ({ due_at, outcome, dispatch_id, detail }: OccurrenceRow): OccurrenceView => ({
  due_at: due_at.toISOString(),
  outcome,
  dispatch_id,
  detail,
});
