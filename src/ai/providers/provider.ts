import type { Config } from '../../config/config';
import type { GenerateRequest } from '../language-model';

/** What is asked of a model, with a bound on the answer: without one a model may go on until its context is full. */
export type Question = Omit<GenerateRequest, 'signal'> & { max_tokens: number };

/** One line of a streamed answer. */
interface Piece {
  /** What the model wrote; '' where the line has none. */
  readonly text: string;
  /** The answer is whole with it. */
  readonly isLast: boolean;
}

/** How one kind of server is asked for a text, and how it answers. */
export interface Provider {
  /** As people call it. */
  readonly name: string;
  /** The setting that says where it is. */
  readonly addressIn: 'OLLAMA_HOST' | 'LLM_BASE_URL';
  /** A POST with a JSON body. What is undefined in it is not sent. */
  call(
    question: Question,
    streams: boolean,
    config: Config,
  ): { url: string; headers?: Readonly<Record<string, string>>; body: object };
  /** The text of a whole answer. @throws NoAnswer */
  textOf(answer: JsonObject): string;
  /** What a line of a streamed answer says; undefined where it says nothing. @throws NoAnswer */
  pieceOf(line: string): Piece | undefined;
  /** Whether an answer with 404 says that there is no such model; a 404 of anything else is not about the model. */
  isModelMissing(answer: JsonObject): boolean;
  /** What to do where there is no such model. */
  installing(model: string): string;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** The far side answered, with something that is no answer. The message says with what, in our own words. */
export class NoAnswer extends Error {}

export function jsonObject(text: string): JsonObject {
  const object = jsonObjectOrNot(text);
  if (!object) throw new NoAnswer('something that is no JSON object');
  return object;
}

export function jsonObjectOrNot(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

export function textIn(value: unknown): string {
  if (typeof value !== 'string') throw new NoAnswer('no text');
  return value;
}

/** Some answer 200 and say in the body that they failed. */
export function refuseError(answer: JsonObject): void {
  if ('error' in answer) throw new NoAnswer('an error');
}
