import { filterList, type FilterSet } from '../filters';

/** What a segment says of its customers: a filter set, or a tree of them. Every node is a set of active customers. */
export type Rule = FilterSet | { all: Rule[] } | { any: Rule[] } | { not: Rule } | { segment_id: string };

/**
 * What a rule may cost to read and to answer, its references included. A condition is one filter of a set, an empty set, or a
 * reference; a filter set is one level, and each all, any and not around it one more.
 */
export const LIMITS = { conditions: 50, levels: 5 } as const;

/** The keys that make an object a node of a tree. Without one of them it is a filter set. */
export const treeKeys = ['all', 'any', 'not', 'segment_id'] as const;
export type RuleShape = (typeof treeKeys)[number] | 'filters';

export const shapeOf = (rule: object): RuleShape => treeKeys.find((key) => Object.hasOwn(rule, key)) ?? 'filters';

/** A rule with its references resolved. `pointer` is where the node stands in the rule as it was written (RFC 6901). */
export type RuleNode = { readonly pointer: string } & (
  | { readonly type: 'filters'; readonly filters: FilterSet; readonly parts: readonly [] }
  | { readonly type: 'all' | 'any'; readonly parts: readonly RuleNode[] }
  | { readonly type: 'not'; readonly parts: readonly [RuleNode] }
  | { readonly type: 'segment'; readonly segmentId: string; readonly parts: readonly [RuleNode] }
);

/** The rule of a segment that another refers to; it throws where there is none to use. */
export type RuleOf = (segmentId: string, pointer: string) => Rule;

/** The tree of a rule. Inside a referenced segment pointers go on below `segment_id`: `/any/1/segment_id/all/0`. */
export function parseRule(rule: Rule, ruleOf: RuleOf, pointer = ''): RuleNode {
  const several = (type: 'all' | 'any', rules: Rule[]): RuleNode => ({
    pointer,
    type,
    parts: rules.map((part, i) => parseRule(part, ruleOf, `${pointer}/${type}/${i}`)),
  });
  if ('all' in rule) return several('all', rule.all);
  if ('any' in rule) return several('any', rule.any);
  if ('not' in rule) return { pointer, type: 'not', parts: [parseRule(rule.not, ruleOf, `${pointer}/not`)] };
  if (!('segment_id' in rule)) return { pointer, type: 'filters', filters: rule, parts: [] };
  const segmentId = rule.segment_id.toLowerCase();
  const inside = parseRule(ruleOf(segmentId, pointer), ruleOf, `${pointer}/segment_id`);
  return { pointer, type: 'segment', segmentId, parts: [inside] };
}

/** The node and everything below it, parents first. */
export const nodesOf = (node: RuleNode): RuleNode[] => [node, ...node.parts.flatMap(nodesOf)];

/** How much of LIMITS a rule uses. A reference adds what is in the segment, and one condition for itself. */
export function costOf(node: RuleNode): { conditions: number; levels: number } {
  if (node.type === 'filters') return { conditions: Math.max(1, filtersOf(node.filters).length), levels: 1 };
  const parts = node.parts.map(costOf);
  const isReference = node.type === 'segment';
  return {
    conditions: parts.reduce((sum, part) => sum + part.conditions, isReference ? 1 : 0),
    levels: Math.max(...parts.map((part) => part.levels)) + (isReference ? 0 : 1),
  };
}

/** The segments a rule names itself, with where. */
export function referencesOf(rule: Rule, pointer = ''): { segmentId: string; pointer: string }[] {
  if ('all' in rule) return rule.all.flatMap((part, i) => referencesOf(part, `${pointer}/all/${i}`));
  if ('any' in rule) return rule.any.flatMap((part, i) => referencesOf(part, `${pointer}/any/${i}`));
  if ('not' in rule) return referencesOf(rule.not, `${pointer}/not`);
  return 'segment_id' in rule ? [{ segmentId: rule.segment_id.toLowerCase(), pointer: `${pointer}/segment_id` }] : [];
}

/** The filters a set gives, with their values, in the order of the list: whatever order they were written in, the SQL is the same. */
export function filtersOf(set: FilterSet): { filter: (typeof filterList)[number]; value: unknown }[] {
  const values = set as Readonly<Record<string, unknown>>;
  return filterList.filter(({ key }) => values[key] !== undefined).map((filter) => ({ filter, value: values[filter.key] }));
}
