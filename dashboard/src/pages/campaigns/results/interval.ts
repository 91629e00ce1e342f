/** An estimate with its interval; no bounds where they are unknown. */
export interface Estimate {
  estimate: number;
  low: number | null;
  high: number | null;
}

/** Where things stand on a line from 0 to 1. */
export interface IntervalMarks {
  zero: number;
  estimate: number;
  low: number | undefined;
  high: number | undefined;
}

const MARGIN = 0.06;

/** Where an estimate, its whiskers and the zero stand on a line that just holds them all. */
export function marksOf({ estimate, low, high }: Estimate): IntervalMarks {
  const values = [0, estimate, low ?? estimate, high ?? estimate];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const span = most - least;
  const place = (value: number) => (span === 0 ? 0.5 : MARGIN + ((value - least) / span) * (1 - 2 * MARGIN));
  return {
    zero: place(0),
    estimate: place(estimate),
    low: low === null ? undefined : place(low),
    high: high === null ? undefined : place(high),
  };
}

/** What an interval says: it worked, it did harm, or it may be chance. */
export function verdictOf({ low, high }: Estimate): 'more' | 'less' | 'chance' {
  if (low !== null && low > 0) return 'more';
  return high !== null && high < 0 ? 'less' : 'chance';
}
