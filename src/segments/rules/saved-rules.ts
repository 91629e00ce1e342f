import { Problem } from '../../common/problem';
import { filterList } from '../filters';
import type { Segment } from '../segment.entity';
import { nodesOf, type RuleNode } from './rule';
import { type Known, treesOf } from './segment-rules';

type Saved = Pick<Segment, 'id' | 'name' | 'filters'>;

/** A saved segment with the tree of its rule, or with why that cannot be read any more, for people. */
export type Read<T extends Saved> = { segment: T } & ({ rule: RuleNode } | { problem: string });

/** What was valid when it was saved need not be now: what it refers to is switched off, or a filter is gone. */
export const readSaved = <T extends Saved>(segments: readonly T[], known: Known): Read<T>[] =>
  segments.map((segment) => {
    try {
      const [rule] = treesOf([segment.filters], known);
      const gone = nodesOf(rule).flatMap((node) => (node.type === 'filters' ? keysWithoutFilter(node.filters) : []));
      return gone.length === 0 ? { segment, rule } : { segment, problem: `There is no filter ${gone[0]} any more.` };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const [at] = error.errors;
      return { segment, problem: at ? `${at.pointer.slice(1)}: ${at.detail}. ${error.detail}` : error.detail };
    }
  });

/** Not read, such a key would widen the audience. */
const keysWithoutFilter = (filters: object): string[] =>
  Object.keys(filters).filter((key) => !filterList.some((filter) => filter.key === key));
