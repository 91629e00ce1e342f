/** Kills that are to land, the same number in every window. */
export interface Quota<Window extends string> {
  /** Those that have landed, and where. */
  landed: Record<Window, number>;
  total: () => number;
  isWanted: (window: Window) => boolean;
  count: (window: Window) => void;
}

/** No window may be so many kills ahead of another. */
const AHEAD = 2;

/**
 * @param total kills in all, evenly over the windows of `where`
 * @param windows all there are: also those where nobody is killed have a figure
 */
export function makeQuota<Window extends string>(
  total: number,
  windows: readonly Window[],
  where: readonly Window[] = windows,
): Quota<Window> {
  const left = new Map(where.map((window, i) => [window, Math.floor((total + i) / where.length)]));
  const landed = Object.fromEntries(windows.map((window) => [window, 0])) as Record<Window, number>;
  return {
    landed,
    total: () => windows.reduce((all, window) => all + landed[window], 0),
    isWanted: (window) =>
      (left.get(window) ?? 0) > 0 && landed[window] <= Math.min(...where.map((other) => landed[other])) + AHEAD,
    count: (window) => {
      left.set(window, left.get(window)! - 1);
      landed[window]++;
    },
  };
}
