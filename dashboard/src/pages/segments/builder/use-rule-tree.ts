import { useState } from 'react';
import { type GroupPart, leavesOf, newGroup, newSet, readRule } from '../rules/rule-query';
import type { Rule } from '../rules/rule';

const treeOf = (rule: Rule | undefined): GroupPart => (rule ? readRule(rule) : newGroup([newSet()]));

/** Whether somebody put something into it already. */
const isBegun = (tree: GroupPart): boolean =>
  tree.not || leavesOf(tree).some((part) => part.not || part.field !== 'filters' || Object.keys(part.value).length > 0);

/** The rule that is edited, and the one that a suggestion took the place of, until it is edited again. */
export function useRuleTree(rule: Rule | undefined) {
  const [{ tree, before }, set] = useState<{ tree: GroupPart; before?: GroupPart }>(() => ({ tree: treeOf(rule) }));
  return {
    tree,
    isBegun: isBegun(tree),
    edit: (edited: GroupPart): void => set({ tree: edited }),
    replace: (by: Rule): void => set({ tree: readRule(by) }),
    /** Takes a suggested rule; undo gives back what was there. */
    take: (suggested: Rule): void => set((now) => ({ tree: readRule(suggested), before: now.before ?? now.tree })),
    isTaken: before !== undefined,
    undo: (): void => set((now) => ({ tree: now.before ?? now.tree })),
  };
}
export type RuleTree = ReturnType<typeof useRuleTree>;
