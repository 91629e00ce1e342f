import { Injectable } from '@nestjs/common';
import { empty, join, sql, type Sql } from '../../common/sql';
import { and, type Buyers, buyersOfAny, filterSetSql, type PurchaseQuestion } from './filter-set.sql';
import type { RuleNode } from '../rules/rule';

/** The instant a rule is read at: an ISO 8601 text, or undefined for the database's now(). */
export type AsOf = string | undefined;

export const instant = (asOf: AsOf): Sql => (asOf === undefined ? sql`now()` : sql`${asOf}::timestamptz`);

/** is_active NULL counts as active. */
export const ACTIVE = sql`u.is_active IS NOT FALSE`;

/**
 * Composes rules into one statement. Of the query around a filter it alone knows all.
 *
 * - Every node becomes conditions on a customer that are ANDed at the top level of a WHERE, so that PostgreSQL can plan each as a
 *   semi-join or anti-join. Never a join per filter: two would multiply the purchases, and the totals with them.
 * - `any` is one SELECT of purchases with an OR of aggregates, or a UNION of SELECTs, not an OR of sub-selects: under OR a sub-select
 *   becomes a subplan, which is run again for every customer once its result outgrows work_mem (docs/adr/0002). Only conditions on the
 *   customer's own row are ORed.
 * - `not` turns a semi-join into an anti-join and is pushed down to where that costs nothing.
 */
@Injectable()
export class SegmentQueryBuilder {
  /** Every active customer of any of the rules, once: one column, `user_id`. No rule at all is nobody. */
  audience(rules: readonly RuleNode[], asOf: AsOf): Sql {
    if (rules.length === 0) return sql`SELECT u.id AS user_id FROM users u WHERE false`;
    const reading: Reading = { asOf: instant(asOf), wants: 'all' };
    const [only, ...more] = rules.flatMap(branches);
    return select(more.length === 0 ? conditions(only, reading) : ofAny([only, ...more], reading), [ACTIVE]);
  }

  /** How many customers the audience has: one row, `total` as text. */
  count(rules: readonly RuleNode[], asOf: AsOf): Sql {
    return sql`SELECT count(*) AS total FROM (\n${this.audience(rules, asOf)}\n) audience`;
  }

  /**
   * The first `limit` customers of the audience after customer `after`, ordered by id. The page is cut in every branch before they are
   * united: the first page of a large segment need not find the rest of it.
   */
  page(rules: readonly RuleNode[], asOf: AsOf, limit: number, after?: string): Sql {
    if (rules.length === 0) return this.audience(rules, asOf);
    const reading: Reading = { asOf: instant(asOf), wants: 'first' };
    const always = [ACTIVE, ...(after === undefined ? [] : [sql`u.id > ${after}::uuid`])];
    const pages = rules
      .flatMap(branches)
      .map((branch) => sql`(${select(conditions(branch, reading), always)}\nORDER BY user_id LIMIT ${limit}::int)`);
    return sql`SELECT user_id FROM (\n${join(pages, '\nUNION\n')}\n) pages ORDER BY user_id LIMIT ${limit}::int`;
  }
}

/** At which instant, and whether all customers are wanted or the first few. */
interface Reading {
  readonly asOf: Sql;
  readonly wants: 'all' | 'first';
}

/** What must hold for a customer, all of it. */
interface Conditions {
  /** Of the customer, `u`: of their own row, and lists they must be in. */
  readonly own: readonly Sql[];
  /** SELECTs of purchases that the customer must be in. */
  readonly among: readonly Buyers[];
  /** Whatever else, on `u`: semi-joins and anti-joins. */
  readonly others: readonly Sql[];
}

const NOTHING: Conditions = { own: [], among: [], others: [] };
const every = (conditions: Conditions[]): Conditions => ({
  own: conditions.flatMap(({ own }) => own),
  among: conditions.flatMap(({ among }) => among),
  others: conditions.flatMap(({ others }) => others),
});
const own = (condition: Sql): Conditions => ({ ...NOTHING, own: [condition] });
const other = (condition: Sql): Conditions => ({ ...NOTHING, others: [condition] });

/**
 * The customers of whom it all holds. Where something is asked of the customer, the customers come first and only their
 * purchases are looked at; where nothing is, the purchases come first and each buyer is looked up among the customers. The first way
 * took a rare preference with a sum from 9.7 to 0.3 s, and a common one from 6.7 to 3.6 s, at a million customers and ten million
 * purchases (bench/rules.ts).
 */
function select({ own, among, others }: Conditions, always: readonly Sql[]): Sql {
  const customersFirst = own.length > 0;
  const all = [...always, ...own, ...(customersFirst ? [] : among.map((buyers) => inSelect(buyers.select()))), ...others];
  const customers = sql`SELECT u.id AS user_id FROM users u${all.length > 0 ? sql` WHERE ${and(all)}` : empty}`;
  if (!customersFirst) return customers;
  return among.reduce((found, buyers) => buyers.select(sql`p.user_id IN (${found})`), customers);
}

function conditions(node: RuleNode, reading: Reading): Conditions {
  switch (node.type) {
    case 'filters': {
      const { customer, purchases, lists } = filterSetSql(node.filters, reading.asOf);
      const bought = purchases ? [asked(purchases, reading)] : [];
      return every([...customer.map(own), ...bought, ...lists.map(inSelect).map(own)]);
    }
    case 'all':
      return every(node.parts.map((part) => conditions(part, reading)));
    case 'any':
      return ofAny(node.parts.flatMap(branches), reading);
    case 'not':
      return negated(node.parts[0], reading);
    case 'segment':
      return conditions(node.parts[0], reading);
  }
}

/** What must hold for a customer not to be of this node. */
function negated(node: RuleNode, reading: Reading): Conditions {
  if (ofCustomerOnly(node)) return own(sql`(${onCustomer(node, reading.asOf)}) IS NOT TRUE`);
  if (node.type === 'any') return every(node.parts.map((part) => negated(part, reading)));
  if (node.type === 'not') return conditions(node.parts[0], reading);
  if (node.type === 'segment') return negated(node.parts[0], reading);
  const purchases = ofPurchasesOnly(node, reading);
  if (purchases) return asked({ ...purchases, belongs: !purchases.belongs }, reading);
  return other(notInSelect(members(node, reading)));
}

/** What must hold for a customer to be of one of several nodes: what they ask of purchases is asked in one pass, and so of customers. */
function ofAny(nodes: readonly RuleNode[], reading: Reading): Conditions {
  const onRow = nodes.filter(ofCustomerOnly);
  const ofRow = () => own(sql`(${join(onRow.map((node) => sql`(${onCustomer(node, reading.asOf)})`), ' OR ')})`); // prettier-ignore
  if (onRow.length === nodes.length) return ofRow();

  const belonging = (node: RuleNode) => [ofPurchasesOnly(node, reading)].filter((question) => question?.belongs);
  const questions = nodes.flatMap(belonging) as PurchaseQuestion[];
  const buyers: Buyers[] = questions.length > 1 ? [buyersOfAny(questions)] : questions;
  if (questions.length === nodes.length) return { ...NOTHING, among: buyers };

  const rest = nodes.filter((node) => !ofCustomerOnly(node) && belonging(node).length === 0);
  const selects = [
    ...buyers.map((question) => question.select()),
    ...(onRow.length > 0 ? [select(ofRow(), [])] : []),
    ...rest.map((node) => members(node, reading)),
  ];
  return other(inSelect(join(selects, '\nUNION\n')));
}

/** A SELECT of the customers of a node, one column, `user_id`: inactive and unknown ones may be among them. */
function members(node: RuleNode, reading: Reading): Sql {
  const purchases = ofPurchasesOnly(node, reading);
  return purchases?.belongs ? purchases.select() : (ofListOnly(node, reading) ?? select(conditions(node, reading), []));
}

/**
 * Whether there is a purchase is found for the first few customers by looking for one, an index entry each; for all of them, by
 * listing the buyers: as EXISTS the planner takes the nested loop for a million customers too, and 27 s instead of 4.
 */
function asked(question: Buyers, { wants }: Reading): Conditions {
  const { belongs, isExistence, inScope } = question;
  if (isExistence && wants === 'first') {
    const bought = sql`EXISTS (SELECT FROM purchase_history p WHERE p.user_id = u.id AND ${inScope})`;
    return other(belongs ? bought : sql`NOT ${bought}`);
  }
  return belongs ? { ...NOTHING, among: [question] } : other(notInSelect(question.select()));
}

const inSelect = (select: Sql): Sql => sql`u.id IN (${select})`;

/** Not `NOT IN`: that one cannot be an anti-join. */
const notInSelect = (select: Sql): Sql => sql`NOT EXISTS (SELECT FROM (${select}) others WHERE others.user_id = u.id)`;

/** The nodes whose union a rule is. */
function branches(node: RuleNode): RuleNode[] {
  if (node.type === 'segment') return branches(node.parts[0]);
  return node.type === 'any' && !ofCustomerOnly(node) ? node.parts.flatMap(branches) : [node];
}

/** What a filter set asks of purchases, where it asks nothing else. */
function ofPurchasesOnly(node: RuleNode, { asOf }: Reading): PurchaseQuestion | undefined {
  if (node.type !== 'filters') return undefined;
  const { customer, purchases, lists } = filterSetSql(node.filters, asOf);
  return customer.length + lists.length === 0 ? purchases : undefined;
}

/** The one SELECT that a filter set asks its customers to be in, where it asks nothing else. */
function ofListOnly(node: RuleNode, { asOf }: Reading): Sql | undefined {
  if (node.type !== 'filters') return undefined;
  const { customer, purchases, lists } = filterSetSql(node.filters, asOf);
  return customer.length === 0 && !purchases && lists.length === 1 ? lists[0] : undefined;
}

/** Whether a node asks nothing but what stands in the customer's own row. */
function ofCustomerOnly(node: RuleNode): boolean {
  if (node.type !== 'filters') return node.parts.every(ofCustomerOnly);
  const { purchases, lists } = filterSetSql(node.filters, sql`now()`);
  return purchases === undefined && lists.length === 0;
}

/** The one expression of such a node, to stand between ANDs. */
function onCustomer(node: RuleNode, asOf: Sql): Sql {
  switch (node.type) {
    case 'filters': {
      const { customer } = filterSetSql(node.filters, asOf);
      return customer.length > 0 ? and(customer) : sql`true`;
    }
    case 'not':
      return sql`(${onCustomer(node.parts[0], asOf)}) IS NOT TRUE`;
    case 'segment':
      return onCustomer(node.parts[0], asOf);
    default: {
      const parts = node.parts.map((part) => sql`(${onCustomer(part, asOf)})`);
      return sql`(${join(parts, node.type === 'all' ? ' AND ' : ' OR ')})`;
    }
  }
}
