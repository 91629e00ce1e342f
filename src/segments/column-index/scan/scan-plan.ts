import type { FilterSet } from '../../filters';
import type { CustomerScan, PurchaseScan, TotalScan } from '../../filters/scan';
import { filtersOf, nodesOf, type RuleNode } from '../../rules/rule';
import type { Column } from '../data/index-data';

/** Which purchases of a customer count: from … to, both included, and what their labels must be. */
export interface ScopePlan {
  readonly from: number;
  readonly to: number;
  readonly labels: readonly Exclude<PurchaseScan, { column: 'date' }>[];
}

/** A filter set. Without a scope it asks nothing of purchases; with one and no totals, at least one purchase in it. */
export interface LeafPlan {
  readonly customer: readonly CustomerScan[];
  readonly scope?: number;
  readonly totals: readonly TotalScan[];
}

/** A set of customers, made of sets that come before it. */
export type NodePlan =
  | { readonly op: 'leaf'; readonly leaf: number }
  | { readonly op: 'all' | 'any'; readonly parts: readonly number[] }
  | { readonly op: 'not'; readonly part: number };

/** What several rules ask, each part of it once, as plain data. */
export interface ScanPlan {
  readonly asOf: number;
  readonly scopes: readonly ScopePlan[];
  readonly leaves: readonly LeafPlan[];
  readonly nodes: readonly NodePlan[];
  /** The nodes of each rule, in the order of nodesOf; the first is the rule. */
  readonly rules: readonly (readonly number[])[];
  /** What is looked at. */
  readonly columns: readonly Column[];
  /** The earliest instant that matters of any scope: an index that holds purchases from there on can answer. */
  readonly from: number;
}

/** undefined where a filter of a rule has no scan. */
export function scanPlan(rules: readonly RuleNode[], asOf: number): ScanPlan | undefined {
  const plan = new Planner(asOf);
  const numbered = rules.map((rule) => {
    plan.nodeOf(rule);
    return nodesOf(rule).map((node) => plan.nodeOf(node));
  });
  return plan.isComplete ? plan.done(numbered) : undefined;
}

/** JSON has no word for an open end. */
const withInfinity = (_: string, value: unknown): unknown =>
  value === Infinity || value === -Infinity ? String(value) : value;

/** Whether every filter of a rule has a scan. */
export const isScannable = (rule: RuleNode): boolean => scanPlan([rule], 0) !== undefined;

/** Things of which equal ones are kept once. */
class Distinct<T> {
  readonly list: T[] = [];
  private readonly numbers = new Map<string, number>();

  add(item: T): number {
    const key = JSON.stringify(item, withInfinity);
    const number = this.numbers.get(key) ?? this.list.push(item) - 1;
    this.numbers.set(key, number);
    return number;
  }
}

class Planner {
  isComplete = true;
  private readonly scopes = new Distinct<ScopePlan>();
  private readonly leaves = new Distinct<LeafPlan>();
  private readonly nodes = new Distinct<NodePlan>();
  private readonly known = new Map<RuleNode, number>();
  private readonly columns = new Set<Column>();

  constructor(private readonly asOf: number) {}

  done(rules: number[][]): ScanPlan {
    return {
      asOf: this.asOf,
      scopes: this.scopes.list,
      leaves: this.leaves.list,
      nodes: this.nodes.list,
      rules,
      columns: [...this.columns],
      from: Math.min(Infinity, ...this.scopes.list.map(({ from }) => from)),
    };
  }

  nodeOf(rule: RuleNode): number {
    const number = this.known.get(rule) ?? this.numberOf(rule);
    this.known.set(rule, number);
    return number;
  }

  private numberOf(rule: RuleNode): number {
    if (rule.type === 'filters') return this.nodes.add({ op: 'leaf', leaf: this.leaves.add(this.leaf(rule.filters)) });
    const parts = rule.parts.map((part) => this.nodeOf(part));
    if (rule.type === 'segment') return parts[0];
    return this.nodes.add(rule.type === 'not' ? { op: 'not', part: parts[0] } : { op: rule.type, parts });
  }

  private leaf(set: FilterSet): LeafPlan {
    const customer: CustomerScan[] = [];
    const purchases: PurchaseScan[] = [];
    const totals: TotalScan[] = [];
    for (const { filter, value } of filtersOf(set)) {
      if (filter.asks === 'standing' || !filter.scan) this.isComplete = false;
      else if (filter.asks === 'customer') customer.push(filter.scan(value, this.asOf));
      else if (filter.asks === 'scope') purchases.push(filter.scan(value, this.asOf));
      else totals.push(filter.scan(value, this.asOf));
    }
    for (const scan of customer) if (scan.column !== 'id') this.columns.add(scan.column);
    for (const { measure } of totals) if (measure === 'spent' || measure === 'average') this.columns.add('amount');
    const asksOfPurchases = purchases.length + totals.length > 0;
    return { customer, totals, ...(asksOfPurchases && { scope: this.scopes.add(this.scope(purchases)) }) };
  }

  private scope(scans: PurchaseScan[]): ScopePlan {
    let [from, to] = [-Infinity, this.asOf];
    const labels: ScopePlan['labels'][number][] = [];
    for (const scan of scans) {
      if (scan.column !== 'date') {
        labels.push(scan);
        this.columns.add(scan.column);
        continue;
      }
      from = Math.max(from, scan.from ?? -Infinity);
      to = Math.min(to, scan.to ?? Infinity);
    }
    return { from, to, labels };
  }
}
