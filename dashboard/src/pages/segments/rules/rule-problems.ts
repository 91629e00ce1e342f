import { isGroup, type GroupPart, type Place, type RulePart } from './rule-query';
import { problemOf, type ValueProblem } from './value-problem';
import type { ValueSchema } from './value-schema';

/** What is wrong with a part of a rule, or with one filter of it: known here, or the service's own words. */
export type PartProblem =
  ValueProblem | { code: 'emptyGroup' | 'emptySet' | 'noSegment' } | { code: 'refused'; detail: string };

/** By the id of the part, or by `partKey` of the filter. */
export type PartProblems = ReadonlyMap<string, PartProblem>;

export const partKey = (id: string, filter?: string): string => (filter === undefined ? id : `${id} ${filter}`);

/** What is empty or cannot be right; the service need not be asked about such a rule. */
export function problemsOf(tree: GroupPart, schemaOf: (filter: string) => ValueSchema | undefined): PartProblems {
  const problems = new Map<string, PartProblem>();
  const look = (part: RulePart): void => {
    if (isGroup(part)) {
      if (part.rules.length === 0) problems.set(part.id, { code: 'emptyGroup' });
      part.rules.forEach(look);
    } else if (part.field === 'segment') {
      if (!part.value) problems.set(part.id, { code: 'noSegment' });
    } else if (part.field === 'filters') {
      if (Object.keys(part.value).length === 0) problems.set(part.id, { code: 'emptySet' });
      for (const [filter, value] of Object.entries(part.value)) {
        const problem = problemOf(schemaOf(filter) ?? {}, value);
        if (problem) problems.set(partKey(part.id, filter), problem);
      }
    }
  };
  look(tree);
  return problems;
}

/** Errors of the service at the parts they point to (`/filters/all/0/last_days`), and those that point to none. */
export function placeErrors(
  errors: readonly { pointer: string; detail: string }[],
  places: readonly Place[],
): { problems: PartProblems; elsewhere: string[] } {
  const problems = new Map<string, PartProblem>();
  const elsewhere: string[] = [];
  for (const { pointer, detail } of errors) {
    const at = pointer.replace(/^\/filters/, '');
    const place = places
      .filter(({ inside }) => at === inside || at.startsWith(`${inside}/`))
      .reduce<Place | undefined>((best, one) => (best && best.inside.length > one.inside.length ? best : one), undefined);
    if (!place || !pointer.startsWith('/filters') || (at === '' && places.length > 1)) {
      elsewhere.push(detail);
      continue;
    }
    const [filter] = at.slice(place.inside.length + 1).split('/');
    const isFilter = filter !== '' && !['all', 'any', 'not', 'segment_id'].includes(filter);
    const key = partKey(place.id, isFilter ? filter.replaceAll('~1', '/').replaceAll('~0', '~') : undefined);
    if (!problems.has(key)) problems.set(key, { code: 'refused', detail });
  }
  return { problems, elsewhere };
}
