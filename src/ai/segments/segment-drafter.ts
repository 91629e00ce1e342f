import { Injectable } from '@nestjs/common';
import { excerptOf, folded } from '../../common/folded';
import { type FieldError, Problem } from '../../common/problem';
import { FilterVocabulary } from '../../segments/catalogue/filter-vocabulary.service';
import { filterList } from '../../segments/filters';
import type { Guess, RuleDraft, SegmentDrafter } from '../../segments/segment-drafter';
import { LanguageModel } from '../language-model';
import { type Answer, answerIn } from './answer';
import { answerSchema } from './answer-schema';
import { leftOut } from './left-out';
import { madeUp } from './made-up';
import { repairPrompt, segmentPrompt } from './segment.prompt';
import { sharedPreferences } from './shared-preferences';

/** Enough for some sixty names of stores. */
const MAX_TOKENS = 1024;

/** What comes of one answer of the model. */
interface Round {
  readonly text: string;
  readonly answer: Answer;
  /** What the model says it left out, and what it left out without a word, and made up. */
  readonly told: readonly string[];
  readonly leftOut: readonly string[];
  readonly guesses: readonly Guess[];
}

/**
 * Asks the model for a rule, and once more where the answer cannot be used leaves something out without a word, or makes
 * something up: with what is wrong, in our words. Each time it takes its turn at the model, and stops when nobody waits any more.
 */
@Injectable()
export class ModelSegmentDrafter implements SegmentDrafter {
  constructor(
    private readonly model: LanguageModel,
    private readonly vocabulary: FilterVocabulary,
  ) {}

  async draft(sentence: string, signal?: AbortSignal): Promise<RuleDraft> {
    const { system, prompt } = segmentPrompt(sentence, filterList, await sharedPreferences(this.vocabulary));
    const ask = (question: string) => this.round(sentence, { system, prompt: question }, signal);
    const first = await ask(prompt);
    const faults = faultsOf(first);
    if (faults.length === 0) return draftOf(first);
    const second = await ask(repairPrompt(sentence, first.text, faults));
    // an answer of which is told what it lacks is better than one that cannot be used
    return draftOf('errors' in second.answer && 'filters' in first.answer ? first : second);
  }

  private async round(
    sentence: string,
    question: { system: string; prompt: string },
    signal: AbortSignal | undefined,
  ): Promise<Round> {
    const text = await this.model.generate({
      ...question,
      format: answerSchema(),
      temperature: 0,
      max_tokens: MAX_TOKENS,
      signal,
    });
    const answer = answerIn(text);
    const told = inWordsOf(sentence, answer.unknowns ?? []);
    if ('errors' in answer) return { text, answer, told, leftOut: [], guesses: [] };
    const silent = await leftOut(sentence, answer.filters, told, this.vocabulary);
    return { text, answer, told, leftOut: silent, guesses: madeUp(sentence, answer.filters) };
  }
}

/** More is not repeated to a model. */
const MOST_FAULTS = 10;

/** What the model is to put right. A rule it says it cannot make is no fault of its answer. */
function faultsOf({ answer, leftOut: silent, guesses }: Round): readonly FieldError[] {
  if ('errors' in answer) return answer.unknowns ? [] : answer.errors;
  const detail = (words: string) => `does not say ${JSON.stringify(words)}: say it in the rule, or put it into "unknowns"`;
  return [
    ...silent.map((words) => ({ pointer: '/filters', detail: detail(words) })),
    ...guesses.map(({ pointer }) => ({ pointer: `/filters${pointer}`, detail: 'is not in the sentence: leave it out' })),
  ].slice(0, MOST_FAULTS);
}

/** @throws Problem draft-not-usable */
function draftOf({ answer, told, leftOut: silent, guesses }: Round): RuleDraft {
  if ('filters' in answer) return { filters: answer.filters, missing: [...told, ...silent], guesses };
  if (told.length > 0)
    throw new Problem(
      'draft-not-usable',
      'No filter says what the sentence asks for, or it asks for everybody: say it in other words, or make the rule of filters yourself.',
      told.map((words) => ({ pointer: '/prompt', detail: `was not understood: ${JSON.stringify(words)}` })),
    );
  throw new Problem(
    'draft-not-usable',
    'The model made no usable rule of the sentence, asked twice: say it in other words, or make the rule of filters yourself.',
    [...answer.errors],
  );
}

/** More is not told: one is enough for the rule not to be saved. */
const MOST_PHRASES = 20;

/** Phrases as the sentence has them, each once; of one that it has not, the whole sentence: what a model made up is repeated to nobody. */
function inWordsOf(sentence: string, phrases: readonly string[]): string[] {
  const said = phrases.filter((one) => folded(one) !== '').map((one) => excerptOf(sentence, one) ?? sentence);
  return [...new Set(said)].slice(0, MOST_PHRASES);
}
