import { ApiProperty } from '@nestjs/swagger';

/** An active segment, and that a customer is in it, or why that cannot be said. */
export class CustomerSegmentView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  name: string;

  /** Only where the rule cannot be read or answered, for people: whether the customer is in it is not known then. */
  @ApiProperty({ required: false, example: 'Activate it, or take it out of the rule.' })
  problem?: string;
}
