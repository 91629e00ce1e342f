import type { Schema } from '../../../../api/client';
import type { ApiProblem } from '../../../../api/problem';
import { fromApi, type Rule } from '../../rules/rule';

type Unknown = Schema<'UnknownView'>;

/** The names that are put in place of unknown ones, by where these stand. */
export type Picked = Readonly<Record<string, string>>;

const LISTED: readonly Unknown['kind'][] = ['store', 'ticket_type', 'role'];

/** Whether one of the nearest names can take its place: it is one of a list. A preference is chosen in the builder, where it has its type. */
export const isReplaceable = ({ kind, pointer }: Unknown): boolean => LISTED.includes(kind) && pointer !== null;

/** A suggested rule with the names that were picked. */
export const withPicked = (suggestion: Schema<'SegmentSuggestionView'>, picked: Picked): Rule =>
  suggestion.unknowns.reduce((rule, { pointer, said }) => {
    const name = pointer === null ? undefined : picked[pointer];
    return pointer === null || name === undefined ? rule : withName(rule, pointer, said, name);
  }, fromApi(suggestion.filters));

/** The list that a pointer leads into with one name in place of another, each name once. By name, since an index moves where two become one. */
function withName(rule: Rule, pointer: string, said: string, name: string): Rule {
  const [, ...steps] = pointer.split('/').slice(0, -1);
  return changed(rule, steps, (list) =>
    Array.isArray(list) ? [...new Set(list.map((one: unknown) => (one === said ? name : one)))] : list,
  ) as Rule;
}

function changed(value: unknown, [step, ...rest]: string[], change: (value: unknown) => unknown): unknown {
  if (step === undefined) return change(value);
  if (Array.isArray(value)) return value.map((one: unknown, i) => (String(i) === step ? changed(one, rest, change) : one));
  if (typeof value !== 'object' || value === null) return value;
  const of = value as Record<string, unknown>;
  return Object.hasOwn(of, step) ? { ...of, [step]: changed(of[step], rest, change) } : of;
}

const NOT_UNDERSTOOD = 'was not understood: ';

/** Of a sentence that no rule came of: the words that were not understood, and what else was wrong, in the service's words. */
export function refusalOf({ errors }: ApiProblem): { phrases: string[]; details: string[] } {
  const told = errors.map(({ pointer, detail }) => ({ pointer, detail, phrase: phraseIn(detail) }));
  return {
    phrases: told.flatMap(({ phrase }) => phrase ?? []),
    details: told.filter(({ phrase }) => phrase === undefined).map(({ pointer, detail }) => `${pointer} ${detail}`),
  };
}

/** The words that the service repeats, as a JSON string. */
function phraseIn(detail: string): string | undefined {
  if (!detail.startsWith(NOT_UNDERSTOOD)) return undefined;
  try {
    return String(JSON.parse(detail.slice(NOT_UNDERSTOOD.length)));
  } catch {
    return undefined;
  }
}
