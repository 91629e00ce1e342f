import type { LanguageModel } from '../src/ai/language-model';
import { answerIn } from '../src/ai/segments/answer';
import { ModelSegmentDrafter } from '../src/ai/segments/segment-drafter';
import { Problem } from '../src/common/problem';
import { named } from '../src/segments/drafts/draft-names';
import type { Rule } from '../src/segments/rules/rule';
import type { NaiveEvaluator } from '../test/support/naive-evaluator';
import { type Case, mayNotBeSaved } from './cases/case';
import { isSame } from './same-rule';
import { vocabulary } from './vocabulary';

/** What became of a case. */
export interface Outcome {
  readonly case: Case;
  /** `saved`: POST /segments would have kept it. `told`: there is something to look at first. `refused`: no rule. `failed`: no answer. */
  readonly end: 'saved' | 'told' | 'refused' | 'failed';
  readonly rule?: Rule;
  /** What is told beside the rule, or why there is none. */
  readonly told: readonly string[];
  /** The rule is one of those that are right; where none is, there is none. */
  readonly isExact: boolean;
  /** An answer that is a rule, or says that there is none: the first one, and the last. */
  readonly isFirstValid: boolean;
  readonly isValid: boolean;
  /** Times the model was asked. */
  readonly rounds: number;
  /** It would be saved, and reaches somebody whom no right rule reaches. */
  readonly isWider: boolean;
  readonly milliseconds: number;
}

/** Asks for the rule of a case as POST /segments does, and looks at what comes. */
export async function outcomeOf(one: Case, model: LanguageModel, people: NaiveEvaluator): Promise<Outcome> {
  const answers: string[] = [];
  const listening: LanguageModel = {
    generate: async (request) => {
      const answer = await model.generate(request);
      answers.push(answer);
      return answer;
    },
    stream: (request) => model.stream(request),
  };
  const began = performance.now();
  const made = await madeOf(one, listening, people);
  const milliseconds = performance.now() - began;

  const { rule } = made;
  const valid = answers.map(isUsable);
  const right = one.accepts.some((accepted) => rule !== undefined && isSame(rule, accepted));
  const isExact = one.accepts.length > 0 ? right : made.end === 'refused';
  return {
    case: one,
    ...made,
    isExact,
    isFirstValid: valid[0] ?? false,
    isValid: valid.at(-1) ?? false,
    rounds: answers.length,
    isWider: made.end === 'saved' && (mayNotBeSaved(one) || (!right && reachesMore(rule!, one.accepts, people))),
    milliseconds,
  };
}

async function madeOf(
  { sentence }: Case,
  model: LanguageModel,
  people: NaiveEvaluator,
): Promise<Pick<Outcome, 'end' | 'rule' | 'told'>> {
  try {
    const draft = await new ModelSegmentDrafter(model, vocabulary).draft(sentence);
    const { filters: rule, unknowns } = await named(draft.filters, vocabulary, (set) =>
      Promise.resolve(people.audience(set).length > 0),
    );
    const guesses = draft.guesses.map(({ said, pointer }) => `guess ${said} at ${pointer}`);
    const told = [
      ...draft.missing,
      ...guesses,
      ...unknowns.map(({ kind, said, nearest }) => `${kind} ${said} (${nearest.join(', ')})`),
    ];
    if (told.length > 0) return { end: 'told', rule, told };
    if (people.audience(rule).length === people.audience({}).length) return { end: 'refused', rule, told: ['everybody'] };
    return { end: 'saved', rule, told };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const told = error.errors.map(({ pointer, detail }) => `${pointer} ${detail}`);
    return { end: error.type === 'draft-not-usable' ? 'refused' : 'failed', told: told.length > 0 ? told : [error.detail] };
  }
}

function isUsable(text: string): boolean {
  const answer = answerIn(text);
  return 'filters' in answer || answer.unknowns !== undefined;
}

function reachesMore(rule: Rule, accepts: readonly Rule[], people: NaiveEvaluator): boolean {
  const expected = new Set(accepts.flatMap((accepted) => people.audience(accepted)));
  return people.audience(rule).some((id) => !expected.has(id));
}
