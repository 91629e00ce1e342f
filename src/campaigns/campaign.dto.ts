import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
  MinLength,
} from 'class-validator';
import { ActiveListQuery } from '../common/list.dto';
import { IsMessageTemplate, LowerCase, Optional, QueryBoolean, SingleLine } from '../common/validators';
import { type Channel, channels } from '../common/channels';
import type { ActivityRow } from './campaign-activity.sql';
import type { Campaign } from './campaign.entity';
import { DeliveryRules, FrequencyCap, MAX_SEGMENTS } from './delivery-rules.dto';
import { type DispatchStatus, dispatchStatuses } from './dispatch/dispatch-row';

/** Characters. */
export const MAX_MESSAGE = 10_000;

/** Which campaigns to list. */
export class CampaignsQuery extends ActiveListQuery {
  /** `true`: each with its `last_dispatch` and `next_at`. */
  @Optional()
  @QueryBoolean()
  activity: boolean = false;
}

/** A campaign to create. */
export class CreateCampaign extends DeliveryRules {
  /** What people call it, on one line. */
  @SingleLine(200)
  @ApiProperty({ example: 'Autumn harvest' })
  name: string;

  /** What it is for; the model sees it when it drafts the message. */
  @IsOptional()
  @MaxLength(2000)
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 2000 })
  @IsString()
  description?: string | null;

  /** The title or subject, on one line, where the channel has one. Placeholders as in `message`. */
  @IsOptional()
  @IsMessageTemplate()
  @SingleLine(200)
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 200, example: 'The first pumpkins are in' })
  title?: string | null;

  /**
   * What is sent. A placeholder such as `{{ preferences.first_name | default: "friend" }}` becomes what is known of each customer when it is
   * read. Empty or left out: the model drafts it from name and description, and figures of the audience; when it cannot, nothing is saved.
   */
  @IsOptional()
  @IsMessageTemplate()
  @MaxLength(MAX_MESSAGE)
  @IsString()
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: MAX_MESSAGE,
    example: 'The first pumpkins are in. See you at the market!',
  })
  message?: string | null;

  /** The segments whose customers it goes to: their union, each customer once. */
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_SEGMENTS)
  @LowerCase()
  @ArrayUnique({ message: '$property must name each segment once' })
  @IsUUID(undefined, { each: true })
  @ApiProperty({
    type: 'array',
    items: { type: 'string', format: 'uuid' },
    minItems: 1,
    maxItems: MAX_SEGMENTS,
    uniqueItems: true,
  })
  @IsArray()
  segment_ids: string[];
}

/** What changes of a campaign; what is left out stays. A dispatch under way keeps what it started with. */
export class UpdateCampaign extends DeliveryRules {
  /** What people call it, on one line. */
  @Optional()
  @SingleLine(200)
  name?: string;

  /** What it is for. */
  @Optional()
  @MaxLength(2000)
  @IsString()
  description?: string;

  /** The title or subject, on one line; null takes it away. */
  @IsOptional()
  @IsMessageTemplate()
  @SingleLine(200)
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 200 })
  title?: string | null;

  /** What is sent, with placeholders or without; not blank. */
  @Optional()
  @IsMessageTemplate()
  @Matches(/\S/, { message: '$property must not be blank' })
  @MinLength(1)
  @MaxLength(MAX_MESSAGE)
  @IsString()
  message?: string;

  /** The segments whose customers it goes to: the whole list. */
  @Optional()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_SEGMENTS)
  @LowerCase()
  @ArrayUnique({ message: '$property must name each segment once' })
  @IsUUID(undefined, { each: true })
  @IsArray()
  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', format: 'uuid' },
    minItems: 1,
    maxItems: MAX_SEGMENTS,
    uniqueItems: true,
  })
  segment_ids?: string[];

  /** An inactive campaign cannot be dispatched. */
  @Optional()
  @IsBoolean()
  is_active?: boolean;
}

/** The newest dispatch of a campaign. */
export class LastDispatchView {
  @ApiProperty({ example: '17' })
  id: string;

  @ApiProperty({ enum: dispatchStatuses })
  status: DispatchStatus;

  /** Customers it targets. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  targeted: number;

  @ApiProperty({ format: 'date-time' })
  created_at: string;
}

/** A message and the segments it goes to. */
export class CampaignView {
  @ApiProperty({ format: 'uuid', example: 'b2f4a6d0-6f0e-4a3b-9a55-0d1c2e3f4a5b' })
  id: string;

  /** What people call it. */
  name: string;

  /** What it is for; empty when nobody said. */
  description: string;

  /** The title or subject, where the channel has one. */
  @ApiProperty({ type: String, nullable: true })
  title: string | null;

  /** What is sent. */
  message: string;

  /** The way it goes. */
  @ApiProperty({ enum: channels })
  channel: Channel;

  /** The segments whose customers it goes to. */
  @ApiProperty({ type: 'array', items: { type: 'string', format: 'uuid' } })
  segment_ids: string[];

  /** The segments whose customers it does not go to. */
  @ApiProperty({ type: 'array', items: { type: 'string', format: 'uuid' } })
  excluded_segment_ids: string[];

  /** How often a customer may be messaged; null: no limit. */
  @ApiProperty({ type: () => FrequencyCap, nullable: true })
  frequency_cap: FrequencyCap | null;

  /** The share of the audience kept out to measure what it changes, in percent. */
  @ApiProperty({ type: 'number', minimum: 0, maximum: 99 })
  holdout_percent: number;

  /** Whether a customer gets it once, or once a dispatch. */
  once_per_customer: boolean;

  /** Nothing of it is written or handed out from this instant on. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  not_after: string | null;

  /** An inactive campaign cannot be dispatched. */
  is_active: boolean;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T10:00:00.000Z' })
  created_at: string;

  /** When it was edited last. */
  @ApiProperty({ format: 'date-time', example: '2026-11-22T10:00:00.000Z' })
  updated_at: string;

  /** Tests and dry runs aside; null where there was none. Only with `activity=true`. */
  @ApiProperty({ type: () => LastDispatchView, nullable: true, required: false })
  last_dispatch?: LastDispatchView | null;

  /** When its schedule dispatches it next; null where it has none, or that is over. Only with `activity=true`. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, required: false })
  next_at?: string | null;
}

export const toCampaignView = (campaign: Campaign, activity?: ActivityRow): CampaignView => ({
  id: campaign.id,
  name: campaign.name,
  description: campaign.description,
  title: campaign.title,
  message: campaign.message,
  channel: campaign.channel,
  segment_ids: campaign.segment_ids,
  excluded_segment_ids: campaign.excluded_segment_ids,
  frequency_cap: campaign.frequency_cap,
  holdout_percent: campaign.holdout_percent,
  once_per_customer: campaign.once_per_customer,
  not_after: campaign.not_after?.toISOString() ?? null,
  is_active: campaign.is_active,
  created_at: campaign.created_at.toISOString(),
  updated_at: campaign.updated_at.toISOString(),
  ...(activity && { last_dispatch: activity.last_dispatch, next_at: activity.next_at?.toISOString() ?? null }),
});
