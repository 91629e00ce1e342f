import { Injectable } from '@nestjs/common';
import { join, sql, type Sql } from '../common/sql';
import { type CustomerFilter, filterList, type FilterSet, type ScopeFilter, type TotalFilter } from './filters';

/** The instant a rule is read at: an ISO 8601 text, or undefined for the database's now(). */
export type AsOf = string | undefined;

/**
 * Composes filter sets into one statement. It alone knows the query around a filter.
 *
 * - A filter set is one SELECT over customers whose conditions are all ANDed at its top level, so that PostgreSQL can plan each as a
 *   semi-join or anti-join. Never a join per filter: two would multiply the purchases, and the totals with them.
 * - Several sets are the UNION of their SELECTs, not an OR of sub-selects: under OR a sub-select becomes a subplan, which is run
 *   again for every customer once its result outgrows work_mem.
 */
@Injectable()
export class SegmentQueryBuilder {
  /** Every customer of any of the sets, once: one column, `user_id`. No set at all is nobody. */
  audience(sets: readonly FilterSet[], asOf: AsOf): Sql {
    if (sets.length === 0) return sql`SELECT u.id AS user_id FROM users u WHERE false`;
    return join(
      sets.map((set) => customersOf(set, instant(asOf))),
      '\nUNION\n',
    );
  }

  /** How many customers the audience has: one row, `total` as text. */
  count(sets: readonly FilterSet[], asOf: AsOf): Sql {
    return sql`SELECT count(*) AS total FROM (\n${this.audience(sets, asOf)}\n) audience`;
  }

  /**
   * The first `limit` customers of the audience after customer `after`, ordered by id. The page is cut in every set before they are
   * united: the first page of a large segment need not find the rest of it.
   */
  page(sets: readonly FilterSet[], asOf: AsOf, limit: number, after?: string): Sql {
    if (sets.length === 0) return this.audience(sets, asOf);
    const beyond = after === undefined ? [] : [sql`u.id > ${after}::uuid`];
    const pages = sets.map((set) => sql`(${customersOf(set, instant(asOf), beyond)}\nORDER BY user_id LIMIT ${limit}::int)`);
    return sql`SELECT user_id FROM (\n${join(pages, '\nUNION\n')}\n) pages ORDER BY user_id LIMIT ${limit}::int`;
  }
}

const instant = (asOf: AsOf): Sql => (asOf === undefined ? sql`now()` : sql`${asOf}::timestamptz`);

/** is_active NULL counts as active. */
const ACTIVE = sql`u.is_active IS NOT FALSE`;

function customersOf(set: FilterSet, asOf: Sql, more: Sql[] = []): Sql {
  const customer = given<CustomerFilter<unknown>>(set, 'customer').map(({ filter, value }) => filter.sql(value));
  const conditions = [ACTIVE, ...more, ...customer, ...purchaseCondition(set, asOf)];
  return sql`SELECT u.id AS user_id FROM users u WHERE ${and(conditions)}`;
}

/** What a set asks of purchases, as at most one condition on `u`. Purchases after `asOf` never count. */
function purchaseCondition(set: FilterSet, asOf: Sql): Sql[] {
  const scope = given<ScopeFilter<unknown>>(set, 'scope').map(({ filter, value }) => filter.sql(value, asOf));
  const totals = given<TotalFilter<unknown>>(set, 'total');
  const inScope = and([...scope, sql`p.purchase_date <= ${asOf}`]);
  if (totals.length === 0)
    return scope.length === 0 ? [] : [sql`EXISTS (SELECT FROM purchase_history p WHERE p.user_id = u.id AND ${inScope})`];

  const holds = and(totals.map(({ filter, value }) => filter.sql(value)));
  const grouped = (having: Sql) =>
    sql`SELECT p.user_id FROM purchase_history p WHERE ${inScope} GROUP BY p.user_id HAVING ${having}`;
  // Customers without a purchase in scope have no group. Where the totals hold for them too, ask for the complement: the
  // customers with a group that fails.
  if (totals.every(({ filter, value }) => filter.holdsForNone(value)))
    return [sql`NOT EXISTS (SELECT FROM (${grouped(sql`NOT (${holds})`)}) failing WHERE failing.user_id = u.id)`];
  return [sql`u.id IN (${grouped(holds)})`];
}

const and = (conditions: Sql[]): Sql => join(conditions, ' AND ');

/** The filters of a set that ask about `asks`, with their values, in the order of the list: the text of the SQL is stable. */
function given<F extends { key: string; asks: string }>(set: FilterSet, asks: F['asks']): { filter: F; value: unknown }[] {
  const values = set as Readonly<Record<string, unknown>>;
  return filterList
    .filter((filter) => filter.asks === asks && values[filter.key] !== undefined)
    .map((filter) => ({ filter: filter as unknown as F, value: values[filter.key] }));
}
