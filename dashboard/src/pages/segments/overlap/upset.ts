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

/** In pixels: a column that is still told from its neighbours and takes a figure of five characters, and one that looks well. */
const [NARROWEST, WIDEST] = [34, 44];
/** More are not read in a plot, and fewer are no plot: where there is no room for these it scrolls. The table has them all. */
const [FEWEST, MOST] = [8, 24];

/** How many of the columns are drawn, and how wide each is, where there is so much room (px). */
export function columnsIn(room: number, columns: number): { shown: number; width: number } {
  const shown = Math.min(columns, MOST, Math.max(FEWEST, Math.floor(room / NARROWEST)));
  return { shown, width: Math.min(WIDEST, Math.max(NARROWEST, Math.floor(room / Math.max(1, shown)))) };
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
