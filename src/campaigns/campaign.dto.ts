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
import { LowerCase, Optional, SingleLine } from '../common/validators';
import type { Campaign } from './campaign.entity';

/** A campaign to create. */
export class CreateCampaign {
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

  /** What is sent. Empty or left out: the model drafts it from name and description; when it cannot, nothing is saved. */
  @IsOptional()
  @MaxLength(10_000)
  @IsString()
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: 10_000,
    example: 'The first pumpkins are in. See you at the market!',
  })
  message?: string | null;

  /** The segments whose customers it goes to: their union, each customer once. */
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @LowerCase()
  @ArrayUnique({ message: '$property must name each segment once' })
  @IsUUID(undefined, { each: true })
  @ApiProperty({ type: 'array', items: { type: 'string', format: 'uuid' }, minItems: 1, maxItems: 50, uniqueItems: true })
  @IsArray()
  segment_ids: string[];
}

/** What changes of a campaign; what is left out stays. A dispatch under way keeps what it started with. */
export class UpdateCampaign {
  /** What people call it, on one line. */
  @Optional()
  @SingleLine(200)
  name?: string;

  /** What it is for. */
  @Optional()
  @MaxLength(2000)
  @IsString()
  description?: string;

  /** What is sent; not blank. */
  @Optional()
  @Matches(/\S/, { message: '$property must not be blank' })
  @MinLength(1)
  @MaxLength(10_000)
  @IsString()
  message?: string;

  /** The segments whose customers it goes to: the whole list. */
  @Optional()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @LowerCase()
  @ArrayUnique({ message: '$property must name each segment once' })
  @IsUUID(undefined, { each: true })
  @IsArray()
  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', format: 'uuid' },
    minItems: 1,
    maxItems: 50,
    uniqueItems: true,
  })
  segment_ids?: string[];

  /** An inactive campaign cannot be dispatched. */
  @Optional()
  @IsBoolean()
  is_active?: boolean;
}

/** A message and the segments it goes to. */
export class CampaignView {
  @ApiProperty({ format: 'uuid', example: 'b2f4a6d0-6f0e-4a3b-9a55-0d1c2e3f4a5b' })
  id: string;

  /** What people call it. */
  name: string;

  /** What it is for; empty when nobody said. */
  description: string;

  /** What is sent. */
  message: string;

  /** The segments whose customers it goes to. */
  @ApiProperty({ type: 'array', items: { type: 'string', format: 'uuid' } })
  segment_ids: string[];

  /** An inactive campaign cannot be dispatched. */
  is_active: boolean;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T10:00:00.000Z' })
  created_at: string;

  /** When it was edited last. */
  @ApiProperty({ format: 'date-time', example: '2026-11-22T10:00:00.000Z' })
  updated_at: string;
}

export const toCampaignView = (campaign: Campaign): CampaignView => ({
  id: campaign.id,
  name: campaign.name,
  description: campaign.description,
  message: campaign.message,
  segment_ids: campaign.segment_ids,
  is_active: campaign.is_active,
  created_at: campaign.created_at.toISOString(),
  updated_at: campaign.updated_at.toISOString(),
});
