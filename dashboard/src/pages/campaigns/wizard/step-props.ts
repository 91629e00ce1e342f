import type { Draft, Fault } from './draft';

/** What a step is given. */
export interface StepProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  faults: readonly Fault[];
  /** Whether what is missing is said already: not before somebody had the chance to enter it. */
  isShown: boolean;
  /** The campaign, where it is saved as it stands in the draft. */
  saved: { id: string; version: string; isActive: boolean } | undefined;
  /** Of the included segments those that are active. */
  activeSegments: readonly string[];
}
