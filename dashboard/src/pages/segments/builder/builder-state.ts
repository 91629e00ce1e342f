import { createContext, useContext } from 'react';
import type { PartProblems } from '../rules/rule-problems';
import type { ValueSchema } from '../rules/value-schema';
import type { FilterView } from '../segment-queries';

/** What the parts of the builder share. */
export interface BuilderState {
  filters: readonly FilterView[];
  schemaOf: (filter: string) => ValueSchema | undefined;
  problems: PartProblems;
  /** Somebody tried to save: what is empty is wrong from now on, and not just to be filled in. */
  isStrict: boolean;
  /** Customers of each part, by its id; undefined while they are being counted. */
  counts: ReadonlyMap<string, number> | undefined;
  isCounting: boolean;
  /** The segment that is edited: it cannot be a part of itself. */
  segmentId: string | undefined;
}

const BuilderContext = createContext<BuilderState | undefined>(undefined);
export const BuilderProvider = BuilderContext.Provider;

export function useBuilder(): BuilderState {
  const state = useContext(BuilderContext);
  if (!state) throw new Error('A part of the builder stands outside of it');
  return state;
}
