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

/** An error (RFC 9457). What each type means and what to do about it is in docs/errors.md. */
export class ProblemView {
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
