import { empty, join, sql, type Sql } from '../../common/sql';
import type { CustomerFilter, FilterSet, ScopeFilter, SegmentFilter, StandingFilter, TotalFilter } from '../filters';
import { filtersOf } from '../rules/rule';

/** What a filter set asks, one part a place in the statement around it. It alone puts filters together. */
export interface FilterSetSql {
  /** Conditions on the customer `u` alone. */
  customer: Sql[];
  /** What is asked of purchases; nothing where no filter does. */
  purchases?: PurchaseQuestion;
  /** SELECTs that the customer must be in, of one column, `user_id`: those who stand where they are asked to, or of whom another table says it. */
  lists: Sql[];
}

/** Customers by their purchases: those in a SELECT, or all but those. */
export interface Buyers {
  /** One column, `user_id`, each customer once. `only` narrows the purchases `p` further. */
  select(only?: Sql): Sql;
  /** False: whoever is in it does not belong. Totals that hold without a purchase ask for the complement of those who fail them. */
  belongs: boolean;
  /** Which purchases `p` count. */
  inScope: Sql;
  /** It asks nothing but whether there is a purchase in scope. */
  isExistence: boolean;
}

/** What one filter set asks of purchases. */
export interface PurchaseQuestion extends Buyers {
  /**
   * The same question of one group of purchases `p` of a customer, given which of them count: an aggregate, so that several questions
   * are answered in one pass. `ofNobody` is its answer without any purchase.
   */
  holds(only: Sql): Sql;
  ofNobody: boolean;
}

export type Given<F extends SegmentFilter> = { filter: F; value: unknown };

/** The filters of a set by what they ask. */
export function given(set: FilterSet) {
  const all = filtersOf(set);
  const asking = <F extends SegmentFilter>(asks: F['asks']) =>
    all.filter(({ filter }) => filter.asks === asks) as Given<F>[];
  return {
    customer: asking<CustomerFilter<unknown>>('customer'),
    scope: asking<ScopeFilter<unknown>>('scope'),
    totals: asking<TotalFilter<unknown>>('total'),
    standings: asking<StandingFilter<unknown>>('standing'),
  };
}

export function filterSetSql(set: FilterSet, asOf: Sql): FilterSetSql {
  const { customer, scope, totals, standings } = given(set);
  return {
    customer: customer.flatMap(({ filter, value }) => (filter.among ? [] : [sql`(${filter.sql(value, asOf)})`])),
    purchases: scope.length + totals.length === 0 ? undefined : purchaseQuestion(scope, totals, asOf),
    lists: [
      ...customer.flatMap(({ filter, value }) => (filter.among ? [filter.among(value)] : [])),
      ...standings.map(({ filter, value }) => sql`SELECT s.user_id FROM (${filter.sql(value, asOf)}) s WHERE s.holds`),
    ],
  };
}

/** Which purchases `p` count: what the filters narrow, and never one after `asOf`. */
export const scopeSql = (scope: Given<ScopeFilter<unknown>>[], asOf: Sql): Sql =>
  and([...scope.map(({ filter, value }) => sql`(${filter.sql(value, asOf)})`), sql`p.purchase_date <= ${asOf}`]);

function purchaseQuestion(
  scope: Given<ScopeFilter<unknown>>[],
  totals: Given<TotalFilter<unknown>>[],
  asOf: Sql,
): PurchaseQuestion {
  const inScope = scopeSql(scope, asOf);
  if (totals.length === 0)
    return {
      select: (only) => sql`SELECT DISTINCT p.user_id FROM purchase_history p WHERE ${narrowed(inScope, only)}`,
      isExistence: true,
      belongs: true,
      inScope,
      holds: (only) => sql`count(*)${only} > 0`,
      ofNobody: false,
    };

  const holds = (only: Sql) =>
    and(totals.map(({ filter, value }) => sql`(${filter.sql(value, filter.measure.sql(only), asOf)})`));
  // Customers without a purchase in scope have no group. Where the totals hold for them too, ask for the complement: the
  // customers with a group that fails.
  const ofNobody = totals.every(({ filter, value }) => filter.holdsForNone(value));
  const having = ofNobody ? sql`NOT (${holds(empty)})` : holds(empty);
  return {
    select: (only) => grouped(narrowed(inScope, only), having),
    isExistence: false,
    belongs: !ofNobody,
    inScope,
    holds,
    ofNobody,
  };
}

/** Who answers yes to any of several questions to which buyers belong, in one pass over all purchases that count for any of them. */
export function buyersOfAny(questions: readonly PurchaseQuestion[]): Buyers {
  const inScope = or(questions.map((question) => question.inScope));
  const holds = or(questions.map((question) => question.holds(sql` FILTER (WHERE ${question.inScope})`)));
  return { select: (only) => grouped(narrowed(inScope, only), holds), belongs: true, inScope, isExistence: false };
}

const grouped = (where: Sql, having: Sql): Sql =>
  sql`SELECT p.user_id FROM purchase_history p WHERE ${where} GROUP BY p.user_id HAVING ${having}`;

const narrowed = (inScope: Sql, only?: Sql): Sql => (only ? and([only, inScope]) : inScope);

const or = (conditions: Sql[]): Sql => {
  const each = conditions.map((condition) => sql`(${condition})`);
  return sql`(${join(each, ' OR ')})`;
};

export const and = (conditions: Sql[]): Sql => join(conditions, ' AND ');
