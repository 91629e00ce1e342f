import type { Schema } from '../../../api/client';

/** Filters of one scope that hold together, by name. */
export type FilterSet = Readonly<Record<string, unknown>>;

/** What a segment says of its customers, as the API has it. A filter the dashboard has never heard of is a filter too. */
export type Rule = FilterSet | { all: Rule[] } | { any: Rule[] } | { not: Rule } | { segment_id: string };

/** A rule told apart. */
export type Told =
  | { shape: 'all' | 'any'; parts: readonly Rule[] }
  | { shape: 'not'; part: Rule }
  | { shape: 'segment'; segmentId: string }
  | { shape: 'filters'; set: FilterSet };

export function tell(rule: Rule): Told {
  const keys = rule as Readonly<Record<string, unknown>>;
  if ('all' in keys) return { shape: 'all', parts: keys.all as Rule[] };
  if ('any' in keys) return { shape: 'any', parts: keys.any as Rule[] };
  if ('not' in keys) return { shape: 'not', part: keys.not as Rule };
  if ('segment_id' in keys) return { shape: 'segment', segmentId: keys.segment_id as string };
  return { shape: 'filters', set: keys };
}

/** The ids of the segments a rule names, each once. */
export function segmentsNamed(rule: Rule): string[] {
  const told = tell(rule);
  if (told.shape === 'segment') return [told.segmentId];
  if (told.shape === 'filters') return [];
  return [...new Set((told.shape === 'not' ? [told.part] : told.parts).flatMap(segmentsNamed))];
}

/** The API document knows the filters of this version by name; a rule may have others. */
export const toApi = (rule: Rule): Schema<'Rule'> => rule;
export const fromApi = (rule: Schema<'Rule'>): Rule => rule;
