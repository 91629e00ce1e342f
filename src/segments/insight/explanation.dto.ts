import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ANY_JSON } from '../../common/api-docs';
import { nodeTypes } from './segment-insight.dto';

/** What one filter says of a customer. */
export class FilterAnswerView {
  /** The filter's name. */
  @ApiProperty({ example: 'min_total_spent' })
  filter: string;

  /** What the rule gives it. */
  @ApiProperty({ ...ANY_JSON, description: 'What the rule asks for.', example: 100 })
  asked: unknown;

  /** A filter that only narrows which purchases count has no answer of its own: null. */
  @ApiProperty({ type: Boolean, nullable: true })
  holds: boolean | null;

  /** What is so: an amount, a count, an instant, or what stands with the customer. Null where there is nothing. */
  @ApiPropertyOptional({ ...ANY_JSON, description: 'What is so.', example: 87.5 })
  actual?: unknown;

  /** The line between yes and no, in the unit of `actual`. */
  @ApiPropertyOptional({ ...ANY_JSON, description: 'The line between yes and no.', example: 100 })
  threshold?: unknown;

  /** How far off the customer is: 0 when it holds; an amount, purchases, or days. Null where no distance can be told. */
  @ApiPropertyOptional({ type: Number, nullable: true, example: 12.5 })
  off_by?: number | null;
}

/** A purchase that counts. */
export class PurchaseView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  /** Null where it is before every instant. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  purchase_date: string | null;

  store_name: string;

  /** Null where it is no number. */
  @ApiProperty({ type: Number, nullable: true, example: 12.5 })
  total_amount: number | null;
}

/** What one node of a rule says of a customer, and why. */
export class NodeExplanation {
  /** Where it stands in `filters` (JSON pointer); empty for the rule itself. */
  @ApiProperty({ example: '/all/1' })
  pointer: string;

  @ApiProperty({ enum: nodeTypes })
  type: (typeof nodeTypes)[number];

  /** Whether the customer is of this node. */
  holds: boolean;

  /** What it is made of: of a filter set nothing, of a reference the rule of the segment. */
  @ApiProperty({ type: () => [NodeExplanation] })
  parts: NodeExplanation[];

  /** The segment referred to. */
  @ApiPropertyOptional({ format: 'uuid' })
  segment_id?: string;

  /** Of a filter set: each of its filters. */
  @ApiPropertyOptional({ type: () => [FilterAnswerView] })
  filters?: FilterAnswerView[];

  /** Of a filter set that asks for purchases: how many count. */
  @ApiPropertyOptional({ type: 'integer', minimum: 0 })
  purchases?: number;

  /** What those add up to; null where an amount among them is no number. */
  @ApiPropertyOptional({ type: Number, nullable: true })
  spent?: number | null;

  /** The newest of them, at most 20. */
  @ApiPropertyOptional({ type: () => [PurchaseView] })
  newest_purchases?: PurchaseView[];
}

/** Why a customer is in a segment, or not. */
export class ExplanationView {
  @ApiProperty({ format: 'uuid' })
  segment_id: string;

  @ApiProperty({ format: 'uuid' })
  user_id: string;

  /** Whether the customer is in the segment: active, and the rule holds. */
  member: boolean;

  /** Customers who are not active are in no segment, whatever the rule says. */
  is_active: boolean;

  /** The instant at which the rule was read. */
  @ApiProperty({ format: 'date-time' })
  as_of: string;

  /** The rule, node by node. */
  rule: NodeExplanation;
}
