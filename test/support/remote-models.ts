import { HttpService } from '@nestjs/axios';
import { RemoteLanguageModel } from '../../src/ai/remote.language-model';
import { Problem } from '../../src/common/problem';
import { type Config, loadConfig } from '../../src/config/config';
import { type FakeModel, type ModelWire, startFakeModel } from './fake-model';
import { ollamaWire } from './fake-ollama';
import { openaiWire } from './fake-openai';

/** Every kind of server a model may be behind: what holds for one of them holds for all. */
export const wires: [provider: string, wire: ModelWire][] = [
  ['ollama', ollamaWire],
  ['openai', openaiWire],
];

export const MODEL = 'llama3.2:1b-instruct';

export const startServer = (wire: ModelWire): Promise<FakeModel<Record<string, unknown>>> => startFakeModel(wire, [MODEL]);

/** The model behind a server at `url`. */
export const modelAt = (url: string, wire: ModelWire = ollamaWire, settings: Partial<Config> = {}): RemoteLanguageModel =>
  new RemoteLanguageModel(new HttpService(), { ...loadConfig({}), ...wire.settings(url), ...settings });

/** The problem that comes instead of an answer. */
export async function problemOf(answer: Promise<unknown>): Promise<Problem> {
  const error: unknown = await answer
    .then((made) => `no problem, but ${JSON.stringify(made).slice(0, 100)}`)
    .catch((e: unknown) => e);
  if (!(error instanceof Problem)) throw new Error(`not a Problem: ${String(error)}`, { cause: error });
  return error;
}

/** All of a stream. */
export async function piecesOf(pieces: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}
