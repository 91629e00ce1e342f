import { type FakeModel, type ModelWire, startFakeModel } from './fake-model';
import { misbehavioursOf } from './model-misbehaviours';

/** Body of a `POST /api/generate`. */
interface OllamaCall {
  model: string;
  prompt: string;
  system?: string;
  stream?: boolean;
  format?: unknown;
  options?: Record<string, unknown>;
}

export type FakeOllama = FakeModel<OllamaCall>;

/** A whole answer as Ollama gives it with `stream: false`; durations are nanoseconds. */
const generated = (response: unknown, model = 'llama3.2:1b-instruct') => ({
  model,
  created_at: '2026-01-12T09:30:00.407414671Z',
  response,
  done: true,
  done_reason: 'stop',
  context: [128006, 9125, 128007, 271],
  total_duration: 174560334,
  load_duration: 101397084,
  prompt_eval_count: 11,
  prompt_eval_duration: 13074791,
  eval_count: 18,
  eval_duration: 52479709,
});

const line = (value: object): string => `${JSON.stringify(value)}\n`;
const head = { model: 'llama3.2:1b-instruct', created_at: '2026-01-12T09:30:00.407414671Z' };

/** Ollama's own protocol (https://docs.ollama.com/api): `POST /api/generate`, its errors for an unknown model and a bad request. */
export const ollamaWire: ModelWire = {
  path: '/api/generate',
  settings: (url) => ({ OLLAMA_HOST: url }),
  whole: generated,
  piece: (response) => line({ ...head, response, done: false }),
  last: line(generated('')),
  error: (error) => line({ error }),
  unknownModel: (model) => ({ error: `model '${model}' not found` }),
  isRefused: ({ format }) => format !== undefined && format !== 'json' && typeof format !== 'object',
};

export const startFakeOllama = (installed: string[] = ['llama3.2:1b-instruct']): Promise<FakeOllama> =>
  startFakeModel(ollamaWire, installed);

export const misbehaviours = misbehavioursOf(ollamaWire);
