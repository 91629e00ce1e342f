import type { FilterSet } from '../../src/segments/filters';
import type { Rule } from '../../src/segments/rules/rule';

/** Facts as the tables hold them. Amounts are in cents and instants in microseconds since 1970, so that nothing here is rounded. */
export interface CustomerFact {
  id: string;
  preferences: unknown;
  /** What was inferred; null where nothing was. */
  inferred: Record<string, unknown> | null;
  is_active: boolean | null;
  role: string | null;
  registered: number | null;
}
export interface PurchaseFact {
  user_id: string;
  at: number;
  store_name: string;
  cents: number;
  is_market_store: boolean | null;
  products: unknown;
  ticket_type: string | null;
}
export interface Facts {
  customers: CustomerFact[];
  purchases: PurchaseFact[];
}

export const DAY = 86_400_000_000;

/**
 * What a rule means, written as plainly as possible from product.md and docs/segments.md, without a look at the SQL: the judge of the
 * conformance tests. `asOf` in microseconds.
 */
export class NaiveEvaluator {
  private readonly active: CustomerFact[];
  private readonly bought = new Map<string, PurchaseFact[]>();
  private readonly found = new WeakMap<FilterSet, Set<CustomerFact>>();

  constructor(
    facts: Facts,
    private readonly asOf: number,
    private readonly segments: Readonly<Record<string, Rule>> = {},
  ) {
    this.active = facts.customers.filter(({ is_active }) => is_active !== false);
    for (const { id } of facts.customers) this.bought.set(id, []);
    for (const purchase of facts.purchases) this.bought.get(purchase.user_id)?.push(purchase);
  }

  /** The ids of the customers of a rule, in order. */
  audience(rule: Rule): string[] {
    return this.active
      .filter((customer) => this.holds(rule, customer))
      .map(({ id }) => id)
      .sort();
  }

  private holds(rule: Rule, customer: CustomerFact): boolean {
    if ('all' in rule) return rule.all.every((part) => this.holds(part, customer));
    if ('any' in rule) return rule.any.some((part) => this.holds(part, customer));
    if ('not' in rule) return !this.holds(rule.not, customer);
    if ('segment_id' in rule) return this.holds(this.segments[rule.segment_id.toLowerCase()], customer);
    return this.customersOf(rule).has(customer);
  }

  private customersOf(set: FilterSet): Set<CustomerFact> {
    const known = this.found.get(set);
    if (known) return known;
    const asked = [this.askedOfCustomer(set), this.askedOfPurchases(set), this.askedOfStanding(set)];
    const customers = new Set(this.active.filter((customer) => asked.every((holds) => holds(customer))));
    this.found.set(set, customers);
    return customers;
  }

  private askedOfCustomer(set: FilterSet): (customer: CustomerFact) => boolean {
    const { preferences_contains, inferred_preferences_contain, registered_within_days, roles_in, user_ids_in } = set;
    const ids = user_ids_in && new Set(user_ids_in.map((id) => id.toLowerCase()));
    return ({ id, preferences, inferred, role, registered }) =>
      (!preferences_contains || contains(preferences ?? {}, preferences_contains, true)) &&
      (!inferred_preferences_contain || (inferred !== null && contains(inferred, inLists(inferred_preferences_contain)))) &&
      (registered_within_days === undefined || this.isWithin(registered_within_days, registered)) &&
      (!roles_in || (role !== null && roles_in.includes(role))) &&
      (!ids || ids.has(id));
  }

  private askedOfPurchases(set: FilterSet): (customer: CustomerFact) => boolean {
    const scope = this.scopeOf(set);
    const totals = this.totalsOf(set);
    if (scope.length + totals.length === 0) return () => true;
    const inScope = (purchase: PurchaseFact) => purchase.at <= this.asOf && scope.every((counts) => counts(purchase));
    if (totals.length === 0) return ({ id }) => this.bought.get(id)!.some(inScope);
    return ({ id }) => {
      const counting = this.bought.get(id)!.filter(inScope);
      return totals.every((holds) => holds(counting));
    };
  }

  /** Which purchases count. */
  private scopeOf(set: FilterSet): ((purchase: PurchaseFact) => boolean)[] {
    const { last_days, purchased_from, purchased_to, stores_in, is_market_store, ticket_types_in, products_contain } = set;
    return [
      asked(last_days, (days) => (p: PurchaseFact) => this.isWithin(days, p.at)),
      asked(purchased_from, (from) => startingAt(micros(from))),
      asked(purchased_to, (to) => endingBefore(micros(to))),
      asked(stores_in, (stores) => (p: PurchaseFact) => stores.includes(p.store_name)),
      asked(is_market_store, (wanted) => (p: PurchaseFact) => p.is_market_store === wanted),
      asked(ticket_types_in, (types) => (p: PurchaseFact) => p.ticket_type !== null && types.includes(p.ticket_type)),
      asked(products_contain, (wanted) => (p: PurchaseFact) => contains(p.products, wanted, true)),
    ].flat();
  }

  /** What must be true of those that count. */
  private totalsOf(set: FilterSet): ((counting: PurchaseFact[]) => boolean)[] {
    const spent = (counting: PurchaseFact[]) => counting.reduce((sum, { cents }) => sum + cents, 0);
    const first = (counting: PurchaseFact[]) => (counting.length > 0 ? Math.min(...counting.map(({ at }) => at)) : null);
    return [
      asked(set.min_total_spent, (amount) => (c: PurchaseFact[]) => spent(c) >= cents(amount)),
      asked(set.max_total_spent, (amount) => (c: PurchaseFact[]) => spent(c) <= cents(amount)),
      asked(set.min_num_purchases, (count) => (c: PurchaseFact[]) => c.length >= count),
      asked(set.max_num_purchases, (count) => (c: PurchaseFact[]) => c.length <= count),
      asked(set.min_average_spent, (amount) => (c: PurchaseFact[]) => c.length > 0 && spent(c) >= cents(amount) * c.length),
      asked(set.first_purchase_within_days, (days) => (c: PurchaseFact[]) => this.isWithin(days, first(c))),
      asked(set.not_purchased_for_days, (days) => (c: PurchaseFact[]) => !c.some(({ at }) => this.isWithin(days, at))),
    ].flat();
  }

  private askedOfStanding({ rfm }: FilterSet): (customer: CustomerFact) => boolean {
    if (!rfm) return () => true;
    const scores = this.scoresOf(rfm);
    const isIn = (range: number[] | undefined, score: number) => !range || (score >= range[0] && score <= range[1]);
    return ({ id }) => {
      const found = scores.get(id);
      return (
        found !== undefined &&
        isIn(rfm.recency, found.recency) &&
        isIn(rfm.frequency, found.frequency) &&
        isIn(rfm.monetary, found.monetary)
      );
    };
  }

  /** Of everybody who is active and bought in the window. */
  private scoresOf(rfm: NonNullable<FilterSet['rfm']>): Map<string, Scores> {
    const figures = this.active
      .map(({ id }) => ({ id, purchases: this.bought.get(id)!.filter(({ at }) => this.isWithin(rfm.window_days, at)) }))
      .filter(({ purchases }) => purchases.length > 0)
      .map(({ id, purchases }) => ({
        id,
        recency: this.asOf - Math.max(...purchases.map(({ at }) => at)),
        frequency: purchases.length,
        monetary: purchases.reduce((sum, { cents }) => sum + cents, 0),
      }));
    const exceeded = (dimension: keyof Scores, given: number[] | undefined) => {
      const cutPoints = given ?? quintiles(figures.map((figure) => figure[dimension]));
      return (figure: Scores) => cutPoints.filter((cut) => figure[dimension] > cut).length;
    };
    const { recency_days, frequency, monetary } = rfm.cut_points ?? {};
    const late = exceeded(
      'recency',
      recency_days?.map((days) => days * DAY),
    );
    const often = exceeded('frequency', frequency);
    const much = exceeded('monetary', monetary?.map(cents));
    return new Map(
      figures.map((figure) => [
        figure.id,
        { recency: 5 - late(figure), frequency: 1 + often(figure), monetary: 1 + much(figure) },
      ]),
    );
  }

  private isWithin(days: number, at: number | null): boolean {
    return at !== null && at >= this.asOf - days * DAY && at <= this.asOf;
  }
}

interface Scores {
  recency: number;
  frequency: number;
  monetary: number;
}

/** The smallest value that at least 20 % of the values do not exceed; the same of 40, 60 and 80 %. */
function quintiles(values: number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return [1, 2, 3, 4].map((fifths) => sorted[Math.ceil((sorted.length * fifths) / 5) - 1]);
}

const asked = <V, H>(value: V | undefined, holds: (value: V) => H): H[] => (value === undefined ? [] : [holds(value)]);

const startingAt = (from: number) => (purchase: PurchaseFact) => purchase.at >= from;
const endingBefore = (to: number) => (purchase: PurchaseFact) => purchase.at < to;

const cents = (amount: number) => Math.round(amount * 100);

function micros(instant: string): number {
  const fraction = /\.(\d+)/.exec(instant)?.[1] ?? '';
  return Date.parse(instant.replace(/\.\d+/, '')) * 1000 + Number(fraction.padEnd(6, '0'));
}

/** JSON containment as PostgreSQL's manual describes it (8.14.3): structure and data of `part` stand in `whole`. */
function contains(whole: unknown, part: unknown, top = false): boolean {
  if (Array.isArray(part)) return Array.isArray(whole) && part.every((p) => whole.some((w) => contains(w, p)));
  if (isObject(part))
    return isObject(whole) && Object.entries(part).every(([key, p]) => Object.hasOwn(whole, key) && contains(whole[key], p));
  // the one exception of the manual: an array may contain a primitive, at the top
  if (top && Array.isArray(whole)) return whole.includes(part);
  return whole === part;
}

/** Every key holds a list; what is asked for alone is asked for in one. */
const inLists = (wanted: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(wanted).map(([key, value]) => [key, isScalar(value) ? [value] : value]));
const isScalar = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
