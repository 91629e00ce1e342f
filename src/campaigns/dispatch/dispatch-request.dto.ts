import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsIn, IsInt, IsNumber, IsUUID, Max, Min } from 'class-validator';
import { ListQuery } from '../../common/list.dto';
import { Instant, LowerCase, Optional, QueryBoolean } from '../../common/validators';
import { type Standing, standings } from '../audience/reasons';
import { type DispatchKind, dispatchKinds, type DispatchStatus, dispatchStatuses } from './dispatch-row';

/** How to dispatch. The body may be left out. */
export class DispatchRequest {
  /** The instant at which the rules are read, not in the future; the database's now when left out. */
  @Optional()
  @Instant()
  as_of?: string;

  /** How many customers you expect to be targeted, from a dry run: where it is others, nothing is written, and the answer is a 409. */
  @Optional()
  @Max(1_000_000_000)
  @Min(0)
  @IsInt()
  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: 1_000_000_000, example: 1200 })
  expected_count?: number;

  /** By which share of `expected_count` it may be missed, 0 to 1; exactly when left out. 0.02 is two percent. */
  @Optional()
  @Max(1)
  @Min(0)
  @IsNumber({}, { message: '$property must be a number' })
  @ApiPropertyOptional({ type: 'number', minimum: 0, maximum: 1, default: 0, example: 0.02 })
  tolerance?: number;
}

/** Whether it is meant. */
export class DispatchQuery {
  /** `true`: everything but the writing. The answer is a dispatch whose audience can be looked at for seven days, of the newest fifty of a campaign; it ends as `previewed`. */
  @Optional()
  @QueryBoolean()
  dry_run: boolean = false;
}

export const MAX_TEST_CUSTOMERS = 100;

/** To whom a test goes. */
export class TestSendRequest {
  /** Active customers, 1 to 100. Whoever is suppressed gets no test either. */
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_TEST_CUSTOMERS)
  @LowerCase()
  @ArrayUnique({ message: '$property must name each customer once' })
  @IsUUID('loose', { each: true })
  @ApiProperty({
    type: 'array',
    items: { type: 'string', format: 'uuid' },
    minItems: 1,
    maxItems: MAX_TEST_CUSTOMERS,
    uniqueItems: true,
  })
  @IsArray()
  user_ids: string[];
}

/** Which dispatches to list. */
export class DispatchesQuery extends ListQuery {
  /** Only those in this status. */
  @Optional()
  @IsIn(dispatchStatuses)
  @ApiPropertyOptional({ enum: dispatchStatuses })
  status?: DispatchStatus;

  /** Only runs, only tests, or only dry runs. */
  @Optional()
  @IsIn(dispatchKinds)
  @ApiPropertyOptional({ enum: dispatchKinds })
  kind?: DispatchKind;
}

/** Whom of an audience to list. */
export class AudienceQuery extends ListQuery {
  /** Only those who are targeted, or left out for this reason; everyone matched when left out. */
  @Optional()
  @IsIn(standings)
  @ApiPropertyOptional({ enum: standings })
  reason?: Standing;
}
