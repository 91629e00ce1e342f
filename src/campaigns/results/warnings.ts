import { leastExpected, type Proportion } from './effect';

export const warningCodes = [
  'no-dispatch',
  'nobody-targeted',
  'no-holdout',
  'too-few',
  'window-open',
  'dispatch-under-way',
  'dispatch-cancelled',
  'holdout-changed',
  'amount-not-a-number',
] as const;
export type WarningCode = (typeof warningCodes)[number];

export interface Warning {
  code: WarningCode;
  detail: string;
}

/** What the warnings are decided from. */
export interface Circumstances {
  asOf: Date;
  withinDays: number;
  windowEndsAt: Date | null;
  dispatches: number;
  underWay: number;
  cancelled: number;
  holdoutPercents: readonly number[];
  targeted: Proportion & { revenue: number | null };
  holdout: Proportion & { revenue: number | null };
}

/** Fewer expected than this, and chance decides. */
const ENOUGH = 10;

/** Everything that should make a reader careful, in plain sentences. */
export function warningsOf(seen: Circumstances): Warning[] {
  const { targeted, holdout, dispatches, underWay, cancelled, holdoutPercents, withinDays, windowEndsAt, asOf } = seen;
  if (dispatches === 0 || windowEndsAt === null)
    return [
      { code: 'no-dispatch', detail: 'The campaign has no dispatch whose audience is known: there is nothing to compare.' },
    ];

  const warnings: Warning[] = [];
  const warn = (holds: boolean, code: WarningCode, detail: string) => void (holds && warnings.push({ code, detail }));
  const expected = leastExpected(targeted, holdout);
  const compared = targeted.customers > 0 && holdout.customers > 0;

  warn(targeted.customers === 0, 'nobody-targeted', 'No customer was targeted.');
  warn(
    targeted.customers > 0 && holdout.customers === 0,
    'no-holdout',
    'Nobody was kept out, so nobody can tell what the targeted would have bought anyway. Set holdout_percent before the next dispatch.',
  );
  warn(
    compared && expected < ENOUGH,
    'too-few',
    `If targeting changed nothing, the smaller group would have about ${expected.toFixed(1)} customers who buy, or who do not. Below ${ENOUGH} chance decides: read the effect as a hint at most.`,
  );
  warn(
    windowEndsAt > asOf,
    'window-open',
    `Until ${windowEndsAt.toISOString()} some customers have had less than ${withinDays} days: the figures still grow.`,
  );
  warn(
    underWay > 0,
    'dispatch-under-way',
    `${dispatchesAre(underWay)} still being written, or paused: everyone it is to reach counts as targeted already.`,
  );
  warn(
    cancelled > 0,
    'dispatch-cancelled',
    `${dispatchesAre(cancelled)} cancelled: customers targeted there count, with the message or without, so the effect looks smaller than it is.`,
  );
  warn(
    holdoutPercents.length > 1,
    'holdout-changed',
    `The dispatches kept out different shares (${holdoutPercents.map((percent) => `${percent} %`).join(', ')}): the two groups are not alike in when they were put together, and some customers of the holdout may have got the message later.`,
  );
  warn(
    targeted.revenue === null || holdout.revenue === null,
    'amount-not-a-number',
    'A purchase that counts has an amount that is no number: there is no revenue to compare.',
  );
  return warnings;
}

const dispatchesAre = (count: number): string => (count === 1 ? '1 dispatch is' : `${count} dispatches are`);
