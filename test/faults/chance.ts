/** Numbers that a seed repeats. What the processes make of them is theirs: a seed gives the same dice, not the same timing. */
export interface Chance {
  /** True in that share of the cases. */
  of(share: number): boolean;
  /** From 0 to below `limit`. */
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
}

/** Mulberry32: 32 bits of state are enough for dice. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    of: (share) => next() < share,
    below: (limit) => next() * limit,
    pick: (list) => list[Math.floor(next() * list.length)],
  };
}
