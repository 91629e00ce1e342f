import { readFileSync } from 'node:fs';
import type { GenerateRequest, LanguageModel } from '../src/ai/language-model';

/** What a model answered to each case, in order: one answer, or two where it was asked again. `model` says whose they are. */
export interface Answers {
  readonly model: string;
  readonly answers: Readonly<Record<string, readonly string[]>>;
}

export const readAnswers = (file: string): Answers => JSON.parse(readFileSync(file, 'utf8')) as Answers;

/** Where the answer to a question comes from: a model, or what was recorded of one. */
export interface Source {
  /** As it is called in the report. */
  readonly name: string;
  /** A model did answer, now: how long it took means something. */
  readonly isLive: boolean;
  /** Whoever answers the questions of this case. */
  for(caseId: string): LanguageModel;
}

/** A model that can be asked for nothing but whole answers. */
class Answering implements LanguageModel {
  constructor(private readonly answer: (request: GenerateRequest) => Promise<string>) {}

  generate(request: GenerateRequest): Promise<string> {
    return this.answer(request);
  }

  stream(): never {
    throw new Error('nobody streams here');
  }
}

/** Answers that were recorded, or written by hand. One that is missing is nothing, which is no JSON. */
export const recorded = ({ model, answers }: Answers): Source => ({
  name: model,
  isLive: false,
  for: (caseId) => {
    const left = [...(answers[caseId] ?? [])];
    return new Answering(() => Promise.resolve(left.shift() ?? ''));
  },
});

/** A model that is asked now. What it answers is kept in `answers`. */
export function live(name: string, model: LanguageModel, answers: Record<string, string[]>): Source {
  const asking = (caseId: string) =>
    new Answering(async (request) => {
      const answer = await model.generate(request);
      (answers[caseId] ??= []).push(answer);
      return answer;
    });
  return { name, isLive: true, for: asking };
}
