import { ApiProperty } from '@nestjs/swagger';
import { problemTypes } from './problem';

/** A wrong field of a request. */
export class FieldErrorView {
  /** JSON pointer into the body, or to the parameter. */
  @ApiProperty({ example: '/filters/last_days' })
  pointer: string;

  @ApiProperty({ example: 'must not be greater than 3650' })
  detail: string;
}

/** The figures of `audience-moved`. Of other problems there are none. */
export class MovedAudience {
  /** `audience-moved`: the `expected_count` of the request. */
  @ApiProperty({ type: 'integer', minimum: 0, required: false, example: 1200 })
  expected?: number;

  /** `audience-moved`: customers who would be targeted. */
  @ApiProperty({ type: 'integer', minimum: 0, required: false, example: 1350 })
  targeted?: number;

  /** `audience-moved`: customers the rules gave, targeted or left out. */
  @ApiProperty({ type: 'integer', minimum: 0, required: false, example: 1400 })
  matched?: number;

  /** `audience-moved`: targeted now, and not in the last dry run of the campaign. Absent where there was none. */
  @ApiProperty({ type: 'integer', minimum: 0, required: false, example: 160 })
  came?: number;

  /** `audience-moved`: targeted in that dry run, and not now. Absent where there was none. */
  @ApiProperty({ type: 'integer', minimum: 0, required: false, example: 10 })
  left?: number;
}

/** An error (RFC 9457). What each type means and what to do about it is in docs/errors.md. */
export class ProblemView extends MovedAudience {
  @ApiProperty({ enum: Object.keys(problemTypes).map((type) => `urn:crm-service:problem:${type}`) })
  type: string;

  /** The type in words; the same for every problem of a type. */
  title: string;

  @ApiProperty({ type: 'integer', minimum: 400, maximum: 599 })
  status: number;

  /** For people: what is wrong here, and what to do. */
  detail: string;

  /** The path asked for. */
  instance: string;

  /** Also in the X-Request-Id header and in the log. */
  request_id: string;

  /** The fields that are wrong, at most 50. */
  @ApiProperty({ type: () => [FieldErrorView], required: false })
  errors?: FieldErrorView[];
}
