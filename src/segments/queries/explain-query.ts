import { join, raw, sql, type Sql } from '../../common/sql';
import { and, given, scopeSql } from './filter-set.sql';
import type { FilterSet } from '../filters';
import { nodesOf, type RuleNode } from '../rules/rule';
import { type AsOf, instant } from './segment-query.builder';
import { asOfText } from './truth-query';

/** How many purchases are shown as evidence. */
const SHOWN_PURCHASES = 20;

/** What a filter says of one customer. Instants are text, amounts numbers; `threshold` is there for totals. */
export interface Answer {
  holds: boolean;
  actual: unknown;
  threshold?: unknown;
}

/** What a filter set says of one customer: its filters' answers in the order of `given`, and the purchases that count. */
export interface LeafRow {
  customer: Answer[];
  standings: (Answer | null)[];
  /** Null where the set asks nothing of purchases. */
  purchases: { count: number; spent: number; totals: Answer[]; newest: ShownPurchase[] } | null;
}

interface ShownPurchase {
  id: string;
  purchase_date: string;
  store_name: string;
  total_amount: number;
}

export interface ExplainRow {
  as_of: string;
  active: boolean;
  /** One for each filter set of the rule, in the order of nodesOf. */
  leaves: LeafRow[];
}

/** The filter sets of a rule, in the order of nodesOf. */
const leavesOf = (rule: RuleNode): FilterSet[] =>
  nodesOf(rule).flatMap((node) => (node.type === 'filters' ? [node.filters] : []));

/**
 * What every filter of the rule says of one customer, from the same SQL that decides who is in. One row; none where there is no such
 * customer. It reads the purchases of that customer alone, by an index on (user_id, …).
 */
export function explainQuery(rule: RuleNode, userId: string, asOf: AsOf): Sql {
  const leaves = leavesOf(rule).map((set) => leafSql(set, instant(asOf)));
  return sql`
    SELECT ${asOfText(asOf)} AS as_of, u.is_active IS NOT FALSE AS active, jsonb_build_array(${join(leaves)}) AS leaves
    FROM users u WHERE u.id = ${userId}::uuid`;
}

function leafSql(set: FilterSet, asOf: Sql): Sql {
  const { customer, scope, totals, standings } = given(set);
  const onCustomer = customer.map(({ filter, value }) => answer(filter.sql(value, asOf), filter.actual));
  const onStanding = standings.map(
    ({ filter, value }) =>
      sql`(SELECT ${answer(sql`s.holds`, sql`s.actual`)} FROM (${filter.sql(value, asOf)}) s WHERE s.user_id = u.id)`,
  );
  const onTotals = totals.map(({ filter, value }) => {
    const measured = filter.measure.sql(raw(''));
    const shown = filter.measure.unit === 'instant' ? sql`(${measured})::timestamptz` : measured;
    return answer(filter.sql(value, measured, asOf), shown, filter.threshold(value, asOf));
  });
  const purchases = scope.length + totals.length === 0 ? sql`NULL::jsonb` : purchasesSql(scopeSql(scope, asOf), onTotals);
  return sql`jsonb_build_object('customer', ${list(onCustomer)}, 'standings', ${list(onStanding)}, 'purchases', ${purchases})`;
}

const purchasesSql = (inScope: Sql, totals: Sql[]): Sql => {
  const counting = sql`FROM purchase_history p WHERE ${and([sql`p.user_id = u.id`, inScope])}`;
  return sql`(
    SELECT jsonb_build_object(
      'count', count(*), 'spent', coalesce(sum(p.total_amount::numeric), 0), 'totals', ${list(totals)},
      'newest', (
        SELECT coalesce(jsonb_agg(to_jsonb(newest)), '[]') FROM (
          SELECT p.id, p.purchase_date::timestamptz AS purchase_date, p.store_name, p.total_amount ${counting}
          ORDER BY p.purchase_date DESC, p.id LIMIT ${raw(String(SHOWN_PURCHASES))}) newest))
    ${counting})`;
};

const answer = (holds: Sql, actual: Sql, threshold?: Sql): Sql =>
  sql`jsonb_build_object('holds', (${holds}) IS TRUE, 'actual', to_jsonb(${actual})${threshold ? sql`, 'threshold', to_jsonb(${threshold})` : raw('')})`;

const list = (items: Sql[]): Sql => (items.length > 0 ? sql`jsonb_build_array(${join(items)})` : sql`'[]'::jsonb`);
