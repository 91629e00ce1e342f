import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsIn, IsUUID } from 'class-validator';
import { masked, Reveal } from '../../common/email';
import { PreviewQuery } from '../../common/list.dto';
import { Instant, LowerCase, Optional, QueryInteger } from '../../common/validators';
import { type Source, sources } from '../engines/audience-engine';
import type { FiguresRow } from '../queries/customer-figures.sql';
import type { Rule } from '../rules/rule';
import { IsRule } from '../rules/rule.dto';

export class AsOfQuery {
  /** The instant at which the rule is read; the database's now when left out. */
  @Optional()
  @Instant()
  as_of?: string;
}

/** The instant a rule is read at, and where. Without an instant the column index reads it at that of its data. */
export class ReadingQuery extends AsOfQuery {
  /** `database` asks PostgreSQL, `index` the column index; when left out whichever answers fastest. */
  @Optional()
  @IsIn(sources)
  @ApiProperty({ enum: sources, required: false })
  source?: Source;
}

export class PreviewRuleQuery extends ReadingQuery {
  /** How many customers to show. */
  @Optional()
  @QueryInteger(0, 50)
  sample: number = 10;

  /** `email` shows addresses in full. */
  @Reveal()
  reveal?: 'email';
}

export class SegmentCsvQuery extends AsOfQuery {
  /** `email` shows addresses in full. */
  @Reveal()
  reveal?: 'email';
}

export class SegmentUsersQuery extends PreviewQuery {
  /** `email` shows addresses in full. */
  @Reveal()
  reveal?: 'email';
}

/** A rule to look at before it is saved. */
export class PreviewRuleRequest {
  @IsRule()
  @ApiProperty({ oneOf: [{ $ref: '#/components/schemas/Rule' }] })
  filters: Rule;
}

/** A customer with what the rule looks at. */
export class CustomerFiguresView {
  @ApiProperty({ format: 'uuid' })
  user_id: string;

  /** Masked (`a***@example.com`) unless `reveal=email`. */
  @ApiProperty({ example: 'a***@example.com' })
  email: string;

  /** Purchases that count for any of the rule's filter sets; all of them where it asks nothing of purchases. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  purchases: number;

  /** What those add up to; null where an amount among them is no number. */
  @ApiProperty({ type: Number, nullable: true, example: 129.9 })
  spent: number | null;

  /** The last purchase up to `as_of`, whether it counts or not; null for none. */
  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  last_purchase_at: string | null;
}

/** @param reveal shows the address in full */
export const toCustomerFiguresView = (customer: FiguresRow, reveal?: 'email'): CustomerFiguresView => ({
  user_id: customer.user_id,
  email: reveal === 'email' ? customer.email : masked(customer.email),
  purchases: Number(customer.purchases),
  spent: Number.isFinite(Number(customer.spent)) ? Number(customer.spent) : null,
  last_purchase_at: customer.last_purchase_at?.toISOString() ?? null,
});

export const nodeTypes = ['filters', 'all', 'any', 'not', 'segment'] as const;

/** One node of the rule, with its customers. */
export class PartView {
  /** Where it stands in `filters` (JSON pointer); empty for the rule itself. */
  @ApiProperty({ example: '/any/0' })
  pointer: string;

  @ApiProperty({ enum: nodeTypes })
  type: (typeof nodeTypes)[number];

  /** The segment referred to. */
  @ApiPropertyOptional({ format: 'uuid' })
  segment_id?: string;

  /** Active customers of this node alone. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  total: number;
}

/** How many customers a rule reaches. */
export class CountView {
  @ApiProperty({ type: 'integer', minimum: 0 })
  total: number;

  /** Of all active customers, 0…1; 0 where there are none. */
  @ApiProperty({ minimum: 0, maximum: 1, example: 0.042 })
  share: number;

  @ApiProperty({ type: 'integer', minimum: 0 })
  active_customers: number;

  /** The instant at which the rule was read. */
  @ApiProperty({ format: 'date-time' })
  as_of: string;

  /** How long the count took here. */
  @ApiProperty({ minimum: 0, example: 41.3 })
  elapsed_ms: number;

  /** Where it was counted. */
  @ApiProperty({ enum: sources })
  source: Source;

  /** Every node of the rule, itself first, parents before their parts. */
  @ApiProperty({ type: () => [PartView] })
  parts: PartView[];
}

/** Whom a rule reaches, before it is saved. */
export class RulePreviewView extends CountView {
  /** Some of the customers: always the same ones while nothing changes. */
  @ApiProperty({ type: () => [CustomerFiguresView] })
  sample: CustomerFiguresView[];
}

export const MAX_OVERLAPPING = 8;

/** Segments to lay over each other. */
export class OverlapRequest {
  /** Two to eight segments, each once. */
  @LowerCase()
  @IsUUID(undefined, { each: true })
  @ArrayUnique({ message: '$property must name each segment once' })
  @ArrayMaxSize(MAX_OVERLAPPING)
  @ArrayMinSize(2)
  @ApiProperty({ items: { type: 'string', format: 'uuid' }, minItems: 2, maxItems: MAX_OVERLAPPING, uniqueItems: true })
  @IsArray()
  segment_ids: string[];
}

/** Customers who are in exactly these of the segments, and in no other of them. */
export class IntersectionView {
  @ApiProperty({ items: { type: 'string', format: 'uuid' } })
  segment_ids: string[];

  /** In these and in none of the others. */
  @ApiProperty({ type: 'integer', minimum: 1 })
  exactly: number;

  /** In these, whatever else they are in. */
  @ApiProperty({ type: 'integer', minimum: 1 })
  at_least: number;
}

export class SegmentTotalView {
  @ApiProperty({ format: 'uuid' })
  segment_id: string;

  name: string;

  @ApiProperty({ type: 'integer', minimum: 0 })
  total: number;
}

/** How segments lie over each other; everything is counted at one instant. */
export class OverlapView {
  /** In the order asked for. */
  @ApiProperty({ type: () => [SegmentTotalView] })
  segments: SegmentTotalView[];

  /** Every combination somebody is in, the largest first: the bars of an UpSet plot. The `exactly` add up to `union`. */
  @ApiProperty({ type: () => [IntersectionView] })
  intersections: IntersectionView[];

  /** Customers of at least one of the segments. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  union: number;

  @ApiProperty({ type: 'integer', minimum: 0 })
  active_customers: number;

  @ApiProperty({ format: 'date-time' })
  as_of: string;

  @ApiProperty({ minimum: 0 })
  elapsed_ms: number;

  @ApiProperty({ enum: sources })
  source: Source;
}
