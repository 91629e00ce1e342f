import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { ANY_JSON } from '../../common/api-docs';
import { Optional, QueryInteger } from '../../common/validators';
import type { SegmentFilter } from '../filters';

const questions = ['customer', 'scope', 'total', 'standing'] as const satisfies readonly SegmentFilter['asks'][];

/** One filter, as a form needs it. */
export class FilterView {
  /** Its name in a filter set. */
  @ApiProperty({ example: 'stores_in' })
  key: string;

  /**
   * `scope`: which purchases count; `total`: what those come to; `customer`: the customer's own row; `standing`: how the customer
   * stands among all others.
   */
  @ApiProperty({ enum: questions })
  asks: SegmentFilter['asks'];

  /** What it means, in a sentence or two. */
  description: string;

  /** A value it takes. */
  @ApiProperty({ ...ANY_JSON, description: 'A value it takes.', example: ['Market Hall', 'Old Town'] })
  example: unknown;

  /** JSON Schema of the values it takes. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  schema: Readonly<Record<string, unknown>>;

  /** Whether there are values to choose from: `GET /segments/filters/{filter_key}/values`. */
  has_values: boolean;
}

/** A value to choose, out of the data. */
export class FilterValueView {
  /** What goes into the filter; where that takes a list, one item of it. */
  @ApiProperty({
    ...ANY_JSON,
    description: 'What goes into the filter; where that takes a list, one item.',
    example: 'Old Town',
  })
  value: unknown;

  /** Active customers who have it; null where it is not counted. */
  @ApiProperty({ type: 'integer', minimum: 0, nullable: true })
  customers: number | null;

  /** Purchases that have it; null where it is not counted. */
  @ApiProperty({ type: 'integer', minimum: 0, nullable: true })
  purchases: number | null;
}

/** Which of the values. */
export class FilterValuesQuery {
  /** Only those that contain this, in whatever letter case. Of preferences keys and values are looked at: `diet vegan`. */
  @Optional()
  @MaxLength(200)
  @IsString()
  search?: string;

  /** How many at most. */
  @Optional()
  @QueryInteger(1, 100)
  limit: number = 20;
}

export const toFilterView = ({ key, asks, description, example, value, values }: SegmentFilter): FilterView => ({
  key,
  asks,
  description,
  example,
  schema: value.schema,
  has_values: values !== undefined,
});
