import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsUUID,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { type Channel, channels } from '../common/channels';
import { Instant, LowerCase, Optional, TwoDecimals } from '../common/validators';

/** How often a customer may be messaged: at most `max` notifications in the last `per_days`. */
export class FrequencyCap {
  /** Notifications of all campaigns, this one included; tests and cancelled ones are not counted. */
  @Max(1000)
  @Min(1)
  @IsInt()
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 1000, example: 3 })
  max: number;

  /** Days of 24 hours, back from the moment the notification is written. */
  @Max(365)
  @Min(1)
  @IsInt()
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 365, example: 7 })
  per_days: number;
}

/** Of a campaign: included, and as many excluded. */
export const MAX_SEGMENTS = 50;

/** Who of a campaign's audience is left out, and how the others are reached. All of it may be left out. */
export class DeliveryRules {
  /** Segments whose customers it does not go to, whatever other segments they are in. They must be active when it is dispatched. */
  @Optional()
  @ArrayMaxSize(MAX_SEGMENTS)
  @LowerCase()
  @ArrayUnique({ message: '$property must name each segment once' })
  @IsUUID(undefined, { each: true })
  @IsArray()
  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', format: 'uuid' },
    maxItems: MAX_SEGMENTS,
    uniqueItems: true,
  })
  excluded_segment_ids?: string[];

  /** The way the message goes. Suppressions of this channel hold, and those of every channel. */
  @Optional()
  @IsIn(channels)
  @ApiPropertyOptional({ enum: channels, default: 'webpush' })
  channel?: Channel;

  /** Null: no limit. Decided when a notification is written, so that two dispatches at once cannot both pass. */
  @IsOptional()
  @ValidateNested()
  @Type(() => FrequencyCap)
  @IsObject()
  @ApiPropertyOptional({ type: () => FrequencyCap, nullable: true })
  frequency_cap?: FrequencyCap | null;

  /**
   * The share of the audience that is kept out on purpose, to measure what the campaign changed: 0 to 99 percent, two decimals. Who they
   * are depends on campaign and customer alone: it is the same in every dispatch.
   */
  @Optional()
  @TwoDecimals()
  @Min(0)
  @Max(99)
  @IsNumber({}, { message: '$property must be a number' })
  @ApiPropertyOptional({ type: 'number', minimum: 0, maximum: 99, default: 0, example: 10 })
  holdout_percent?: number;

  /** True: a customer gets this campaign once, however often it is dispatched. False: once a dispatch, as a newsletter. */
  @Optional()
  @IsBoolean()
  @ApiPropertyOptional({ default: true })
  once_per_customer?: boolean;

  /** Nothing of it is written or handed out from this instant on, which must be in the future. Null: no such instant. */
  @IsOptional()
  @Instant()
  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true })
  not_after?: string | null;
}
