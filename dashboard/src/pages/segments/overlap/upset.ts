import type { Schema } from '../../../api/client';

/** A column of the plot: a combination of segments, and who is in exactly these. */
interface Combination {
  /** Whether each of the segments, in their order, is in it. */
  members: boolean[];
  exactly: number;
  atLeast: number;
  /** Of everybody in any of the segments, 0…1. */
  share: number;
}

/** What an UpSet plot is drawn from: the combinations, largest first, and the scales of both kinds of bars. */
export interface Upset {
  combinations: Combination[];
  largestCombination: number;
  largestSet: number;
  /** In every one of the segments. */
  inAll: number;
  /** In one segment and no other. */
  inOne: number;
}

export function upsetOf({ segments, intersections, union }: Schema<'OverlapView'>): Upset {
  const combinations = intersections
    .map(({ segment_ids, exactly, at_least }) => ({
      members: segments.map(({ segment_id }) => segment_ids.includes(segment_id)),
      exactly,
      atLeast: at_least,
      share: union === 0 ? 0 : exactly / union,
    }))
    .sort((a, b) => b.exactly - a.exactly);
  const size = ({ members }: Combination) => members.filter(Boolean).length;
  const sum = (of: Combination[]) => of.reduce((total, { exactly }) => total + exactly, 0);
  return {
    combinations,
    largestCombination: Math.max(0, ...combinations.map(({ exactly }) => exactly)),
    largestSet: Math.max(0, ...segments.map(({ total }) => total)),
    inAll: sum(combinations.filter((one) => size(one) === segments.length)),
    inOne: sum(combinations.filter((one) => size(one) === 1)),
  };
}
