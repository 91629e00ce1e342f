import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { Optional, QueryBoolean, SingleLine } from '../common/validators';
import { ActiveListQuery } from '../common/list.dto';
import { type Source, sources } from './engines/audience-engine';
import type { Rule } from './rules/rule';
import { IsRule } from './rules/rule.dto';
import type { Segment } from './segment.entity';

/** Which segments, and whether to count them. */
export class SegmentsQuery extends ActiveListQuery {
  /** `true`: each with its `total`. All are counted in one pass. */
  @Optional()
  @QueryBoolean()
  counts: boolean = false;

  /** `true`: each with the last of its `sizes` of each day, which shows how it grows. */
  @Optional()
  @QueryBoolean()
  trend: boolean = false;

  /** `true`: each with the `campaigns` that use it. */
  @Optional()
  @QueryBoolean()
  used_by: boolean = false;

  /** Where to count; what answers fastest when left out. */
  @Optional()
  @IsIn(sources)
  @ApiProperty({ enum: sources, required: false })
  source?: Source;
}

/** A segment to create. */
export class CreateSegment {
  /** What people call it, on one line. */
  @SingleLine(200)
  @ApiProperty({ example: 'Organic regulars' })
  name: string;

  /** What it is for. */
  @IsOptional()
  @MaxLength(2000)
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 2000 })
  @IsString()
  description?: string | null;

  /** The rule. May be left out only where `prompt` is given. */
  @Optional()
  @IsRule()
  filters?: Rule;

  /**
   * A sentence from which the model drafts a rule. It is checked like any other and added to `filters`, which win where both name the
   * same filter. Nothing is saved where a part of the sentence is not understood, or the rule matches every customer there is: `POST
   * /ai/segments` shows what there is of it.
   */
  @IsOptional()
  @MaxLength(2000)
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 2000, example: 'spent 100 € with us in the last 90 days' })
  @IsString()
  prompt?: string | null;
}

/** What changes of a segment; what is left out stays. */
export class UpdateSegment {
  /** What people call it, on one line. */
  @Optional()
  @SingleLine(200)
  name?: string;

  /** What it is for. */
  @Optional()
  @MaxLength(2000)
  @IsString()
  description?: string;

  /** The whole rule: it replaces the one there was. */
  @Optional()
  @IsRule()
  filters?: Rule;

  /** Inactive segments add nobody to a campaign. */
  @Optional()
  @IsBoolean()
  is_active?: boolean;
}

/** How large a segment was at an instant, whatever its rule was then. */
export class SegmentTrendPoint {
  @ApiProperty({ format: 'date-time' })
  as_of: string;

  /** Its customers then. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  total: number;
}

/** A campaign that uses a segment. */
export class SegmentUseView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  name: string;
}

/** A saved rule. */
export class SegmentView {
  @ApiProperty({ format: 'uuid', example: 'b2f4a6d0-6f0e-4a3b-9a55-0d1c2e3f4a5b' })
  id: string;

  /** What people call it. */
  name: string;

  /** What it is for; empty when nobody said. */
  description: string;

  /** The rule, as it was saved. */
  @ApiProperty({ oneOf: [{ $ref: '#/components/schemas/Rule' }] })
  filters: Rule;

  /** Inactive segments add nobody to a campaign. */
  is_active: boolean;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T10:00:00.000Z' })
  created_at: string;

  /** When it was edited last. */
  @ApiProperty({ format: 'date-time', example: '2026-11-22T10:00:00.000Z' })
  updated_at: string;

  /** Its customers; only with `counts=true`. Null where its rule cannot be read or answered: `problem` says why. */
  @ApiProperty({ type: 'integer', minimum: 0, nullable: true, required: false })
  total?: number | null;

  /** Why it has no `total`, for people. */
  @ApiProperty({ required: false, example: 'Activate it, or take it out of the rule.' })
  problem?: string;

  /**
   * Only with `trend=true`: the last size of each day (UTC) it was counted on, of its last 30 such days, oldest first. All of them:
   * `GET /segments/{segment_id}/sizes`.
   */
  @ApiProperty({ type: () => [SegmentTrendPoint], maxItems: 30, required: false })
  sizes?: SegmentTrendPoint[];

  /** Only with `used_by=true`: active campaigns that include or exclude it by name, the newest 50. */
  @ApiProperty({ type: () => [SegmentUseView], maxItems: 50, required: false })
  campaigns?: SegmentUseView[];
}

/** What a list may say of a segment beside what it is. */
export type SegmentFigures = Pick<SegmentView, 'total' | 'problem' | 'sizes' | 'campaigns'>;

export const toSegmentView = (segment: Segment, { total, problem, sizes, campaigns }: SegmentFigures = {}): SegmentView => ({
  id: segment.id,
  name: segment.name,
  description: segment.description,
  filters: segment.filters,
  is_active: segment.is_active,
  created_at: segment.created_at.toISOString(),
  updated_at: segment.updated_at.toISOString(),
  ...(total !== undefined && { total }),
  ...(problem !== undefined && { problem }),
  ...(sizes && { sizes }),
  ...(campaigns && { campaigns }),
});
