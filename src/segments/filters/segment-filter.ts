import type { Sql } from '../../common/sql';
import type { Measure } from './measures';
import type { CustomerScan, PurchaseScan, TotalScan } from './scan';
import type { ValueKind } from './value-kind';

/**
 * One question a segment can ask. It returns SQL and never sees the query around it; it knows no other filter.
 *
 * The SQL is a boolean expression. NULL counts as false. `asOf` is the instant at which the rule is read.
 *
 * A filter may carry a scan beside its SQL: the same question asked of the column index. A rule with a filter that has none is
 * asked of PostgreSQL.
 */
export type SegmentFilter<V = unknown> = CustomerFilter<V> | ScopeFilter<V> | TotalFilter<V> | StandingFilter<V>;

interface Common<V> {
  /** Its name in a filter set, on the wire and in the API document. */
  readonly key: string;
  /** What it means, in a sentence for the API document and for the model that drafts filter sets. */
  readonly description: string;
  /** What is easily got wrong about it, a sentence each, for docs/segments.md. */
  readonly edges: readonly string[];
  readonly example: Readonly<V>;
  /** What values it takes: validation and JSON Schema in one. */
  readonly value: ValueKind<V>;
  /**
   * A value in English, for who is to approve a rule: of a scope as it stands after "purchases made" ("in the last 90 days"), of others
   * after "customers who" ("spent at least 100.00"). Names in it are quoted, so that nothing in one can be taken for our own words.
   */
  reads(value: V): string;
  /**
   * Values to choose from, where the data has some: a SELECT of `value` (of a list one item of it, else what goes into the filter),
   * `customers` and `purchases` (NULL where that would take too long to count), the most frequent first. It reads whole tables: it is asked
   * every few minutes at most, and whoever asks puts a LIMIT after it. No value that only a few customers have: it may say who they are.
   */
  readonly values?: Sql;
}

/** Asks something of the customer, `u`. */
export interface CustomerFilter<V> extends Common<V> {
  readonly asks: 'customer';
  sql(value: V, asOf: Sql): Sql;
  /**
   * The customers of whom it holds, where that stands in another table: a SELECT of `user_id`, once each. With it, `sql` is asked of one customer
   * only: as a condition on everybody it is a lookup for each.
   */
  among?(value: V): Sql;
  /** What it looks at, shown when a customer is explained: an expression over `u`. */
  readonly actual: Sql;
  /** Values that hold for every customer; none where left out. */
  holdsForAll?(value: V): boolean;
  scan?(value: V, asOf: number): CustomerScan;
}

/** Says which purchases, `p`, count. */
export interface ScopeFilter<V> extends Common<V> {
  readonly asks: 'scope';
  sql(value: V, asOf: Sql): Sql;
  scan?(value: V, asOf: number): PurchaseScan;
}

/** Asks something of the purchases in scope together: of one measure of them. */
export interface TotalFilter<V> extends Common<V> {
  readonly asks: 'total';
  readonly measure: Measure;
  /** `measured` is the measure's SQL over the purchases in scope. */
  sql(value: V, measured: Sql, asOf: Sql): Sql;
  /** The line between yes and no, in the unit of the measure, shown when a customer is explained. */
  threshold(value: V, asOf: Sql): Sql;
  /** Its answer for a customer without a purchase in scope: absence is real, and has no row to aggregate. */
  holdsForNone(value: V): boolean;
  /**
   * Values that ask nothing of anybody, whatever the scope, so that no rule drafted from a sentence consists of them; none where left
   * out. Who has returned more than was ever bought is not looked at here: at least 0 spent is meant as no question.
   */
  holdsForEvery?(value: V): boolean;
  scan?(value: V, asOf: number): TotalScan;
}

/** Asks how a customer stands among the others, whatever else the set says. */
export interface StandingFilter<V> extends Common<V> {
  readonly asks: 'standing';
  /**
   * A SELECT of `user_id`, once each; `holds`, boolean; `actual`, jsonb, shown when a customer is explained. A customer who is not
   * in it does not hold. It names its own tables.
   */
  sql(value: V, asOf: Sql): Sql;
}
