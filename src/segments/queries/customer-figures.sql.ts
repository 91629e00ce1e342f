import { join, sql, type Sql } from '../../common/sql';
import { filterSetSql } from './filter-set.sql';
import type { RuleNode } from '../rules/rule';
import { type AsOf, instant } from './segment-query.builder';

/** A customer with what the rule looks at; counts and sums are bigint and numeric, so text. */
export interface FiguresRow {
  user_id: string;
  email: string;
  purchases: string;
  spent: string;
  last_purchase_at: Date | null;
}

/** The figures of the customers in `ids`, a SELECT of `user_id`, ordered by id. A lookup by (user_id, …) for each: made for a page; an export of a whole segment is streamed from it. */
export const customerFigures = (ids: Sql, rule: RuleNode, asOf: AsOf): Sql => {
  const counts = sql`FILTER (WHERE ${scopeOf(rule, instant(asOf))})`;
  return sql`
    SELECT u.id AS user_id, u.email, f.purchases, f.spent, f.last_purchase_at
    FROM (${ids}) page JOIN users u ON u.id = page.user_id
    CROSS JOIN LATERAL (
      SELECT count(*) ${counts} AS purchases, coalesce(sum(p.total_amount::numeric) ${counts}, 0) AS spent,
             nullif(max(p.purchase_date), '-infinity')::timestamptz AS last_purchase_at
      FROM purchase_history p WHERE p.user_id = u.id AND p.purchase_date <= ${instant(asOf)}
    ) f
    ORDER BY u.id`;
};

/**
 * The purchases a rule is about: those that count for any of its filter sets, leaving aside what it denies. A rule that asks nothing
 * of purchases is about all of them.
 */
function scopeOf(rule: RuleNode, asOf: Sql): Sql {
  const scopes = scopesOf(rule, asOf);
  if (scopes.length === 0) return sql`true`;
  return join(
    scopes.map((scope) => sql`(${scope})`),
    ' OR ',
  );
}

function scopesOf(node: RuleNode, asOf: Sql): Sql[] {
  if (node.type === 'not') return [];
  if (node.type !== 'filters') return node.parts.flatMap((part) => scopesOf(part, asOf));
  const { purchases } = filterSetSql(node.filters, asOf);
  return purchases ? [purchases.inScope] : [];
}
