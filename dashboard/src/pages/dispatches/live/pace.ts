/** How far a dispatch was at a moment (milliseconds of a clock). */
export interface Sample {
  at: number;
  written: number;
  settled: number;
}

/** How fast it goes, and how long it will take at that. */
export interface Pace {
  /** What moves: notifications are written, or delivered (sent, given up). */
  what: 'writing' | 'delivery';
  perSecond: number;
  /** Undefined while nothing moves. */
  secondsLeft: number | undefined;
}

const WINDOW_MS = 10_000;
/** With less to go by, a figure would jump about. */
const LEAST_MS = 2_000;

/** Those of the window, and the new one. */
export const withSample = (samples: readonly Sample[], sample: Sample): Sample[] => [
  ...samples.filter(({ at }) => at >= sample.at - WINDOW_MS && at < sample.at),
  sample,
];

/** The pace of the last ten seconds; undefined until there is enough to go by. Delivery counts as soon as anything was delivered. */
export function paceOf(samples: readonly Sample[], targeted: number): Pace | undefined {
  const [first, last] = [samples[0], samples[samples.length - 1]];
  if (!first || !last || last.at - first.at < LEAST_MS) return undefined;
  const seconds = (last.at - first.at) / 1000;
  const delivered = Math.max(0, last.settled - first.settled) / seconds; // a redrive takes some back
  const written = Math.max(0, last.written - first.written) / seconds;
  if (delivered > 0 || written === 0) return { what: 'delivery', ...left(targeted - last.settled, delivered) };
  return { what: 'writing', ...left(targeted - last.written, written) };
}

const left = (remaining: number, perSecond: number): Omit<Pace, 'what'> => ({
  perSecond,
  secondsLeft: perSecond > 0 ? Math.max(0, remaining) / perSecond : undefined,
});
