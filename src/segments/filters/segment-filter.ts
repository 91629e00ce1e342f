import type { Sql } from '../../common/sql';
import type { ValueKind } from './value-kind';

/**
 * One question a segment can ask. It returns SQL and never sees the query around it; it knows no other filter.
 *
 * The SQL is a boolean expression. NULL counts as false.
 */
export type SegmentFilter<V = unknown> = CustomerFilter<V> | ScopeFilter<V> | TotalFilter<V>;

interface Common<V> {
  /** Its name in a filter set, on the wire and in the API document. */
  readonly key: string;
  /** What it means, in a sentence for the API document and for the model that drafts filter sets. */
  readonly description: string;
  readonly example: Readonly<V>;
  /** What values it takes: validation and JSON Schema in one. */
  readonly value: ValueKind<V>;
}

/** Asks something of the customer, `u`. */
export interface CustomerFilter<V> extends Common<V> {
  readonly asks: 'customer';
  sql(value: V): Sql;
}

/** Says which purchases, `p`, count. `asOf` is the instant at which the rule is read. */
export interface ScopeFilter<V> extends Common<V> {
  readonly asks: 'scope';
  sql(value: V, asOf: Sql): Sql;
}

/** Asks something of the purchases in scope together: an expression over aggregates of `p`, never NULL. */
export interface TotalFilter<V> extends Common<V> {
  readonly asks: 'total';
  sql(value: V): Sql;
  /** Its answer for a customer without a purchase in scope: absence is real, and has no row to aggregate. */
  holdsForNone(value: V): boolean;
}
