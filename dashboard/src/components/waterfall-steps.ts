import type { Schema } from '../api/client';

type Dispatch = Schema<'DispatchView'>;

/** Why somebody is left out: the first that holds, in this order. */
export const REASONS = ['excluded', 'suppressed', 'already_notified', 'frequency_capped', 'holdout'] as const;
type Reason = (typeof REASONS)[number];

/** A bar of the waterfall. `from` and `share` are parts of the matched, 0…1: where the bar begins and how long it is. */
export interface WaterfallStep {
  kind: 'matched' | Reason | 'targeted';
  customers: number;
  from: number;
  share: number;
}

/** From everyone the segments give, reason by reason, down to who gets the message. Reasons that leave nobody out are no step. */
export function waterfallSteps({
  matched,
  targeted,
  reasons,
}: Pick<Dispatch, 'matched' | 'targeted' | 'reasons'>): WaterfallStep[] {
  const part = (customers: number) => (matched === 0 ? 0 : customers / matched);
  let left = matched;
  const steps = reasonsOf({ reasons }).map((reason): WaterfallStep => {
    left -= reasons[reason];
    return { kind: reason, customers: reasons[reason], from: part(left), share: part(reasons[reason]) };
  });
  return [
    { kind: 'matched', customers: matched, from: 0, share: part(matched) },
    ...steps,
    { kind: 'targeted', customers: targeted, from: 0, share: part(targeted) },
  ];
}

/** The reasons for which somebody is left out. */
export const reasonsOf = (dispatch: Pick<Dispatch, 'reasons'>): Reason[] =>
  REASONS.filter((reason) => dispatch.reasons[reason] > 0);
