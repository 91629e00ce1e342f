import { empty, join, raw, sql, type Sql } from '../../common/sql';
import { and, filterSetSql, type FilterSetSql } from './filter-set.sql';
import type { FilterSet } from '../filters';
import { nodesOf, type RuleNode } from '../rules/rule';
import { ACTIVE, type AsOf, instant } from './segment-query.builder';

/**
 * What SegmentQueryBuilder answers with a set of customers, answered here for every active customer with yes or no: of every node of
 * several rules at once. All that is asked of purchases is asked in one pass over them, grouped by customer, each question with its
 * own FILTER; the number of questions does not change how often the table is read.
 */
export class TruthQuery {
  private readonly leaves = new Map<string, { index: number; sql: FilterSetSql }>();

  constructor(
    private readonly rules: readonly RuleNode[],
    private readonly asOf: AsOf,
  ) {
    for (const node of rules.flatMap(nodesOf))
      if (node.type === 'filters' && !this.leaves.has(key(node.filters)))
        this.leaves.set(key(node.filters), { index: this.leaves.size, sql: filterSetSql(node.filters, instant(asOf)) });
  }

  /** One row: `as_of`; `active`; `totals`, the customers of every node of every rule, in the order of nodesOf. */
  counts(): Sql {
    const nodes = this.rules.flatMap(nodesOf);
    const totals = nodes.map((node) => sql`count(*) FILTER (WHERE ${this.holds(node)})`);
    return sql`SELECT ${instantsOf(this.asOf)}, count(*) AS active, ARRAY[${listed(totals)}]::bigint[] AS totals FROM (${this.truths()}) t`;
  }

  /** A row for every combination of rules that customers are in: `mask`, bit i for rule i, and `total`. Those in none have mask 0. */
  combinations(): Sql {
    const bits = this.rules.map((rule, i) => sql`CASE WHEN ${this.holds(rule)} THEN ${raw(String(2 ** i))} ELSE 0 END`);
    return sql`SELECT ${instantsOf(this.asOf)}, ${join(bits, ' + ')} AS mask, count(*) AS total FROM (${this.truths()}) t GROUP BY mask`;
  }

  /** Which rules one customer is in, by their places: one row, `holds`; none where there is no such active customer. It reads their purchases alone. */
  of(userId: string): Sql {
    const answers = this.rules.map((rule) => this.holds(rule));
    return sql`SELECT ARRAY[${listed(answers)}]::boolean[] AS holds FROM (${this.truths(sql`${userId}::uuid`)}) t`;
  }

  /** A row for every active customer, or for one: whether it is of filter set i, as `f<i>`, never NULL. */
  private truths(userId?: Sql): Sql {
    const leaves = [...this.leaves.values()];
    const asking = leaves.filter((leaf) => leaf.sql.purchases);
    const lists = leaves.flatMap(({ index, sql: { lists } }) =>
      lists.map((select, i) => ({ alias: raw(`s${index}_${i}`), select })),
    );
    const flags = leaves.map(({ index, sql: { customer, purchases, lists } }) => {
      const holds = [
        ...customer,
        ...(purchases ? [sql`coalesce(g.q${raw(String(index))}, ${raw(String(purchases.ofNobody))})`] : []),
        ...lists.map((_, i) => sql`s${raw(`${index}_${i}`)}.user_id IS NOT NULL`),
      ];
      return sql`${holds.length > 0 ? sql`(${and(holds)}) IS TRUE` : sql`true`} AS f${raw(String(index))}`;
    });
    const joins = lists.map(({ alias, select }) => sql`\nLEFT JOIN (${select}) ${alias} ON ${alias}.user_id = u.id`);
    const one = userId ? sql` AND u.id = ${userId}` : empty;
    return sql`SELECT ${listed(flags)} FROM users u${asking.length > 0 ? this.groups(asking, userId) : empty}${join(joins.length > 0 ? joins : [empty], '')}\nWHERE ${ACTIVE}${one}`;
  }

  private groups(asking: { index: number; sql: FilterSetSql }[], userId?: Sql): Sql {
    const scopes = asking.map((leaf) => leaf.sql.purchases!.inScope);
    const answers = asking.map(({ index, sql: { purchases } }) => {
      const only = asking.length === 1 ? empty : sql` FILTER (WHERE ${purchases!.inScope})`;
      return sql`${purchases!.holds(only)} AS q${raw(String(index))}`;
    });
    const inAny = join(
      scopes.map((scope) => sql`(${scope})`),
      ' OR ',
    );
    return sql`
LEFT JOIN (SELECT p.user_id, ${join(answers)} FROM purchase_history p WHERE ${userId ? sql`p.user_id = ${userId} AND ` : empty}(${inAny}) GROUP BY p.user_id) g ON g.user_id = u.id`;
  }

  /** A node over the flags of `t`. */
  private holds(node: RuleNode): Sql {
    switch (node.type) {
      case 'filters':
        return sql`t.f${raw(String(this.leaves.get(key(node.filters))!.index))}`;
      case 'not':
        return sql`NOT ${this.holds(node.parts[0])}`;
      case 'segment':
        return this.holds(node.parts[0]);
      default: {
        const parts = node.parts.map((part) => this.holds(part));
        return sql`(${join(parts, node.type === 'all' ? ' AND ' : ' OR ')})`;
      }
    }
  }
}

/** No rule at all is a question too: then only the active customers are counted. */
const listed = (items: Sql[]): Sql => (items.length > 0 ? join(items) : empty);

/** Filter sets that ask the same are asked once. */
const key = (set: FilterSet): string => JSON.stringify(set);

/** When a statement was run, and the instant it read its rules at, to the microsecond. */
export interface Instants {
  as_of: string;
  data_as_of: string;
}
export const instantsOf = (asOf: AsOf): Sql => sql`${asOfText(asOf)} AS as_of, ${asOfText(undefined)} AS data_as_of`;

/** The instant a statement read its rules at, to the microsecond. */
export const asOfText = (asOf: AsOf): Sql =>
  sql`to_char(${instant(asOf)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
