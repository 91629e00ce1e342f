import { IsString, MaxLength } from 'class-validator';
import { Instant, Optional, QueryBoolean, QueryInteger } from './validators';

export const MAX_LIMIT = 1000;

/** What every list takes. */
export class ListQuery {
  /** How many items at most. */
  @Optional()
  @QueryInteger(1, MAX_LIMIT)
  limit: number = 100;

  /** Where the page starts: the opaque value from the `Link` header of the page before. */
  @Optional()
  @MaxLength(500)
  @IsString()
  cursor?: string;

  /** `false` leaves out X-Total-Count, for whoever will not wait for a count. */
  @Optional()
  @QueryBoolean()
  total: boolean = true;
}

/** A list of segments or campaigns. */
export class ActiveListQuery extends ListQuery {
  /** Only active ones (true), only deactivated ones (false); both when left out. */
  @Optional()
  @QueryBoolean()
  is_active?: boolean;
}

/** The customers a rule gives. */
export class PreviewQuery extends ListQuery {
  /** The instant at which the rule is read; the database's now when left out. */
  @Optional()
  @Instant()
  as_of?: string;
}
