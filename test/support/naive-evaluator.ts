import type { FilterSet } from '../../src/segments/filters';

/** Facts as the tables hold them. Amounts are in cents, so that the evaluator needs no floating point. */
export interface CustomerFact {
  id: string;
  preferences: unknown;
  is_active: boolean | null;
}
export interface PurchaseFact {
  user_id: string;
  at: number;
  store_name: string;
  cents: number;
  is_market_store: boolean | null;
}

const HOUR_MS = 3_600_000;

/**
 * What product.md says a filter set means, written as plainly as possible and without a look at the SQL: the judge of the conformance
 * tests. `asOf` in milliseconds.
 */
export function matches(set: FilterSet, customer: CustomerFact, purchases: PurchaseFact[], asOf: number): boolean {
  if (customer.is_active === false) return false;
  const narrows = set.last_days !== undefined || set.stores_in !== undefined || set.is_market_store !== undefined;
  const tests = set.min_total_spent !== undefined || set.min_num_purchases !== undefined;
  const counting = purchases.filter(
    (p) =>
      p.user_id === customer.id &&
      p.at <= asOf &&
      (set.last_days === undefined || p.at >= asOf - set.last_days * 24 * HOUR_MS) &&
      (set.stores_in === undefined || set.stores_in.includes(p.store_name)) &&
      (set.is_market_store === undefined || p.is_market_store === set.is_market_store),
  );
  if (
    set.min_total_spent !== undefined &&
    counting.reduce((sum, p) => sum + p.cents, 0) < Math.round(set.min_total_spent * 100)
  )
    return false;
  if (set.min_num_purchases !== undefined && counting.length < set.min_num_purchases) return false;
  if (narrows && !tests && counting.length === 0) return false;
  return set.preferences_contains === undefined || contains(customer.preferences ?? {}, set.preferences_contains, true);
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

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
