import { canonical } from '../src/common/canonical';
import { microsOf } from '../src/common/instant';
import type { FilterSet } from '../src/segments/filters';
import { filtersOf, type Rule } from '../src/segments/rules/rule';

/** Whether two rules are the same but for how they are written. */
export const isSame = (a: Rule, b: Rule): boolean => canonical(plain(a)) === canonical(plain(b));

/** A rule as plainly as it can be written: no trees of one part, no tree in a tree of its kind, lists in order. */
function plain(rule: Rule): unknown {
  if ('all' in rule) return tree('all', rule.all);
  if ('any' in rule) return tree('any', rule.any);
  if ('not' in rule) return 'not' in rule.not ? plain(rule.not.not) : { not: plain(rule.not) };
  return 'segment_id' in rule ? rule : plainSet(rule);
}

function tree(type: 'all' | 'any', parts: readonly Rule[]): unknown {
  const inside = (part: unknown): unknown[] => (part as Record<string, unknown[]>)[type] ?? [part];
  const written = parts.map(plain).flatMap(inside).map(canonical);
  const each = [...new Set(written)].sort().map((part) => JSON.parse(part) as unknown);
  return each.length === 1 ? each[0] : { [type]: each };
}

function plainSet(set: FilterSet): unknown {
  const given = filtersOf(set);
  const asks = (what: string) => given.filter(({ filter }) => filter.asks === what).length;
  // a set that only narrows asks for one purchase anyway
  const isOnceSaid = set.min_num_purchases === 1 && asks('total') === 1 && asks('scope') > 0;
  const kept = given.filter(({ filter }) => !(isOnceSaid && filter.key === 'min_num_purchases'));
  return Object.fromEntries(kept.map(({ filter, value }) => [filter.key, plainValue(filter.key, value)]));
}

function plainValue(key: string, value: unknown): unknown {
  if (key === 'purchased_from' || key === 'purchased_to') return microsOf(value as string);
  return Array.isArray(value) && key !== 'products_contain' ? [...new Set(value)].sort() : value;
}
