import type { Schema } from '../../api/client';

/** Why somebody is left out: the first that holds, in this order. */
export const REASONS = ['excluded', 'suppressed', 'already_notified', 'frequency_capped', 'holdout'] as const;
type Reason = (typeof REASONS)[number];

/** A row of the picture: so many customers, drawn from `from` to `to` (0…1 of the matched). */
export interface Step {
  key: 'matched' | Reason | 'targeted';
  customers: number;
  from: number;
  to: number;
}

/** From whom the segments gave, down to who gets it: each reason takes away its part from the end. Reasons that left out nobody have no row. */
export function waterfallOf({
  matched,
  targeted,
  reasons,
}: Pick<Schema<'DispatchView'>, 'matched' | 'targeted' | 'reasons'>): Step[] {
  if (matched === 0) return [];
  const steps: Step[] = [{ key: 'matched', customers: matched, from: 0, to: 1 }];
  let rest = matched;
  for (const key of REASONS) {
    const customers = reasons[key];
    if (customers === 0) continue;
    steps.push({ key, customers, from: (rest - customers) / matched, to: rest / matched });
    rest -= customers;
  }
  return [...steps, { key: 'targeted', customers: targeted, from: 0, to: targeted / matched }];
}
