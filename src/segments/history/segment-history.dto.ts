import { ApiProperty } from '@nestjs/swagger';
import { type Source, sources } from '../engines/audience-engine';
import type { Rule } from '../rules/rule';
import type { SizeRow, VersionRow } from './segment-history.sql';

/** What a segment was. */
export class SegmentDefinition {
  name: string;

  description: string;

  @ApiProperty({ oneOf: [{ $ref: '#/components/schemas/Rule' }] })
  filters: Rule;

  is_active: boolean;
}

/** One edit of a segment. */
export class SegmentVersionView {
  /** The ETag it had from then on. */
  @ApiProperty({ type: 'integer', minimum: 1 })
  version: number;

  @ApiProperty({ format: 'date-time' })
  changed_at: string;

  /** Who: as `requested_by` of a dispatch. `unknown` for what was there before versions were kept. */
  @ApiProperty({ example: 'token:5f3c9a1b' })
  changed_by: string;

  /** What it was; null for the first version kept. */
  @ApiProperty({ type: SegmentDefinition, nullable: true })
  before: SegmentDefinition | null;

  /** What it became. */
  after: SegmentDefinition;
}

/** How large a segment was when it was counted. */
export class SegmentSizeView {
  /** The version that was counted. */
  @ApiProperty({ type: 'integer', minimum: 1 })
  version: number;

  /** The instant at which its rule was read. */
  @ApiProperty({ format: 'date-time' })
  as_of: string;

  /** Its customers then. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  total: number;

  /** Where it was counted. */
  @ApiProperty({ enum: sources })
  source: Source;
}

export const toSegmentVersionView = ({
  version,
  changed_at,
  changed_by,
  before,
  after,
}: VersionRow): SegmentVersionView => ({
  version,
  changed_at: changed_at.toISOString(),
  changed_by,
  before,
  after,
});

export const toSegmentSizeView = ({ version, as_of, total, source }: SizeRow): SegmentSizeView => ({
  version,
  as_of: as_of.toISOString(),
  total: Number(total),
  source,
});
