import { jsonFault } from '../../common/json-guard';
import type { FieldError } from '../../common/problem';
import { filterList } from '../../segments/filters';
import { draftErrors, EVERYONE } from '../../segments/rules/rule.dto';
import type { RuleDraft } from '../../segments/segment-drafter';
import { hasInvisible } from '../plain-text';

/** What a model answered to a sentence, looked at: a rule that may be used, or what is wrong with it, in words that are all ours. */
export type Answer = { readonly filters: RuleDraft['filters']; readonly unknowns: readonly string[] } | Refused;

interface Refused {
  readonly errors: FieldError[];
  /** Where the model says that it could not say this, and its rule says nothing else. */
  readonly unknowns?: readonly string[];
}

/** Enough to repeat to a model, and to a person. */
const MOST_ERRORS = 10;

export function answerIn(text: string): Answer {
  const answer = whole(parsed(text));
  if (answer === undefined) return refused('/', 'is not JSON: answer with one JSON object and nothing around it');
  const fault = jsonFault(answer);
  if (fault) return { errors: [atKnown(fault)] };
  if (!isAnswer(answer)) return refused('/', 'must be an object of "filters", a rule, and "unknowns", a list of texts');
  const { filters, unknowns } = answer;
  // control characters are escapes in JSON: what repeats the sentence may have its tabs, a name has none
  if (hasInvisible(JSON.stringify(answer)) || namesIn(filters).some(hasInvisible))
    return refused('/', 'has invisible characters');
  const errors = draftErrors(filters).map(({ pointer, detail }) => atKnown({ pointer: `/filters${pointer}`, detail }));
  if (errors.length === 0) return { filters, unknowns };
  const saysNothing = errors.length === 1 && errors[0].detail === EVERYONE && unknowns.length > 0;
  return { errors: unique(errors).slice(0, MOST_ERRORS), ...(saysNothing && { unknowns }) };
}

const refused = (pointer: string, detail: string): Refused => ({ errors: [{ pointer, detail }] });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A model that is not held to the schema may answer with the rule alone, or leave out that it left nothing out: what it means is plain. */
function whole(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return answer;
  if ('filters' in answer) return { unknowns: [], ...answer };
  return 'unknowns' in answer || Object.keys(answer).length === 0 ? answer : { filters: answer, unknowns: [] };
}

function isAnswer(value: unknown): value is Exclude<Answer, Refused> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { filters, unknowns, ...others } = value as Record<string, unknown>;
  return (
    typeof filters === 'object' &&
    filters !== null &&
    Array.isArray(unknowns) &&
    unknowns.every((one) => typeof one === 'string') &&
    Object.keys(others).length === 0
  );
}

/** Every text in a rule, keys among them. */
const namesIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, of]) => [key, ...namesIn(of)])
    : [];
};

/** Names of the model's own making go no further: a pointer ends at a filter we know, or at the part of the tree around it. */
function atKnown({ pointer, detail }: FieldError): FieldError {
  const steps = pointer.split('/').slice(1);
  const known: string[] = [];
  for (const step of steps) {
    if (!/^(filters|unknowns|all|any|not|\d{1,3})$/.test(step)) {
      if (filterList.some(({ key }) => key === step)) known.push(step);
      else return { pointer: `/${known.join('/')}`, detail: step === 'segment_id' ? 'may not refer to a segment' : UNKNOWN };
      break;
    }
    known.push(step);
  }
  return { pointer: `/${known.join('/')}`, detail };
}
const UNKNOWN = 'has a filter that does not exist';

const unique = (errors: FieldError[]) => [...new Map(errors.map((error) => [error.pointer + error.detail, error])).values()];
