import { canonical } from '../../common/canonical';
import { microsOf } from '../../common/instant';
import { asksNothing } from './filter-set.dto';
import type { FilterSet } from '../filters';
import { filtersOf, type Rule } from './rule';

/**
 * Whether the structure of a rule proves that it gives every active customer, whoever they are. Where it does not, it may still: of
 * "spent at least 5, or at most 5" only a count tells. A reference proves nothing.
 */
export function givesEveryone(rule: Rule): boolean {
  if ('all' in rule) return rule.all.every(givesEveryone);
  if ('any' in rule) return rule.any.some(givesEveryone) || hasOpposites(rule.any);
  if ('not' in rule) return givesNobody(rule.not);
  return 'segment_id' in rule ? false : asksNothing(rule);
}

/** The same of nobody, which is everybody inside a `not`. */
function givesNobody(rule: Rule): boolean {
  if ('all' in rule) return rule.all.some(givesNobody) || hasOpposites(rule.all);
  if ('any' in rule) return rule.any.every(givesNobody);
  if ('not' in rule) return givesEveryone(rule.not);
  return 'segment_id' in rule ? false : isContradiction(rule);
}

/** A rule and what is not of it: every customer is of one of them, and none of both. */
function hasOpposites(parts: readonly Rule[]): boolean {
  const written = new Set(parts.map(canonical));
  return parts.some((part) => 'not' in part && written.has(canonical(part.not)));
}

/** Bounds that leave nothing between them. */
function isContradiction(set: FilterSet): boolean {
  const crossed = (from?: number, to?: number) => from !== undefined && to !== undefined && from > to;
  return (
    crossed(set.min_total_spent, set.max_total_spent) ||
    crossed(set.min_num_purchases, set.max_num_purchases) ||
    (hasNoPurchase(set) && needsPurchase(set))
  );
}

/** Its own bounds leave no purchase that could count. */
function hasNoPurchase(set: FilterSet): boolean {
  const { max_num_purchases, purchased_from, purchased_to, last_days, not_purchased_for_days } = set;
  return (
    max_num_purchases === 0 ||
    (purchased_from !== undefined && purchased_to !== undefined && microsOf(purchased_from) >= microsOf(purchased_to)) ||
    (last_days !== undefined && not_purchased_for_days !== undefined && last_days <= not_purchased_for_days)
  );
}

/** It does not hold of who has no purchase in scope. */
function needsPurchase(set: FilterSet): boolean {
  const totals = filtersOf(set).flatMap(({ filter, value }) =>
    filter.asks === 'total' ? [filter.holdsForNone(value)] : [],
  );
  return totals.length === 0 || totals.includes(false);
}
