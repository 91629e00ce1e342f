import { inspect } from 'node:util';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { HttpService } from '@nestjs/axios';
import {
  type FakeOllama,
  generated,
  misbehaviours,
  type Misbehaviour,
  RAW,
  startFakeOllama,
} from '../../test/support/fake-ollama';
import { hang, reset } from '../../test/support/stub-server';
import { loadConfig } from '../config/config';
import { Problem, type ProblemType } from '../common/problem';
import type { GenerateRequest } from './language-model';
import { OllamaLanguageModel } from './ollama.language-model';

const MODEL = 'llama3.2:1b-instruct';
let ollama: FakeOllama;
beforeEach(async () => (ollama = await startFakeOllama([MODEL])));
afterEach(() => ollama.close());

const model = (settings: { OLLAMA_HOST?: string; LLM_MODEL?: string; LLM_TIMEOUT_SECONDS?: number } = {}) =>
  new OllamaLanguageModel(new HttpService(), { ...loadConfig({}), OLLAMA_HOST: ollama.url, ...settings });

async function problemOf(answer: Promise<string>): Promise<Problem> {
  const error: unknown = await answer
    .then((text) => `no problem, but the text ${text.slice(0, 100)}`)
    .catch((e: unknown) => e);
  if (!(error instanceof Problem)) throw new Error(`not a Problem: ${String(error)}`);
  return error;
}

describe('the request', () => {
  it('is the one Ollama documents, and its text is the answer to the letter', async () => {
    ollama.says('  <b>Hola</b>\u200b ñ 👋 ');
    const format = { type: 'object', properties: { age: { type: 'integer' } } };

    const text = await model().generate({ prompt: 'Qui ets?', system: 'Be brief.', temperature: 0, max_tokens: 7, format });

    expect(text).toBe('  <b>Hola</b>\u200b ñ 👋 ');
    const [{ method, path, headers, body }] = ollama.requests;
    expect({ method, path }).toEqual({ method: 'POST', path: '/api/generate' });
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(body)).toEqual({
      model: MODEL,
      prompt: 'Qui ets?',
      system: 'Be brief.',
      stream: false,
      format,
      options: { temperature: 0, num_predict: 7 },
    });
  });

  it('leaves out what was not said, but never the bound on the answer', async () => {
    await model().generate({ prompt: 'Hi' });

    expect(ollama.calls()).toEqual([{ model: MODEL, prompt: 'Hi', stream: false, options: { num_predict: 512 } }]);
  });

  it('goes to OLLAMA_HOST itself, whatever proxies the environment names', async () => {
    const proxy = await startFakeOllama([MODEL]);
    const before = { ...process.env };
    Object.assign(process.env, {
      http_proxy: proxy.url,
      HTTP_PROXY: proxy.url,
      all_proxy: proxy.url,
      no_proxy: '',
      NO_PROXY: '',
    });
    try {
      await model().generate({ prompt: 'Hi' });
    } finally {
      process.env = before;
      await proxy.close();
    }
    expect(ollama.requests).toHaveLength(1);
    expect(proxy.requests).toHaveLength(0);
  });

  it.each([
    ['an empty text', ''],
    ['60,000 characters', 'a'.repeat(60_000)],
  ])('takes %s', async (_, text) => {
    ollama.says(text);
    await expect(model().generate({ prompt: 'Hi' })).resolves.toBe(text);
  });

  it('reads the answer whatever type the server says it has', async () => {
    ollama.misbehaves(
      (_req, res) => void res.writeHead(200, { 'content-type': 'text/html' }).end(JSON.stringify(generated('Hi'))),
    );
    await expect(model().generate({ prompt: 'Hi' })).resolves.toBe('Hi');
  });
});

describe('a server that', () => {
  const expected: Record<Misbehaviour, ProblemType> = {
    'never answers': 'model-too-slow',
    'sends headers and never a body': 'model-too-slow',
    'drips a byte at a time': 'model-too-slow',
    'cuts the connection': 'model-unavailable',
    'cuts the connection in the middle of its answer': 'model-unavailable',
    'ends the connection before the length it announced': 'model-unavailable',
    'does not speak HTTP': 'model-answer-invalid',
    'fails with 500': 'model-unavailable',
    'fails with 502 in HTML': 'model-unavailable',
    'is busy': 'model-unavailable',
    'limits the rate': 'model-unavailable',
    'refuses the request': 'model-answer-invalid',
    'wants a login': 'model-answer-invalid',
    'knows no such address': 'model-answer-invalid',
    'knows no such thing, in JSON': 'model-answer-invalid',
    redirects: 'model-answer-invalid',
    'redirects with 308': 'model-answer-invalid',
    'answers 201': 'model-answer-invalid',
    'answers nothing': 'model-answer-invalid',
    'answers an empty body': 'model-answer-invalid',
    'answers HTML': 'model-answer-invalid',
    'answers half of the JSON': 'model-answer-invalid',
    'answers a stream': 'model-answer-invalid',
    'answers an array': 'model-answer-invalid',
    'answers null': 'model-answer-invalid',
    'answers a string': 'model-answer-invalid',
    'answers an error with status 200': 'model-answer-invalid',
    'answers text and an error': 'model-answer-invalid',
    'answers before it is done': 'model-answer-invalid',
    'answers without saying that it is done': 'model-answer-invalid',
    'answers without text': 'model-answer-invalid',
    'answers a number for a text': 'model-answer-invalid',
    'answers null for a text': 'model-answer-invalid',
    'answers an object for a text': 'model-answer-invalid',
    'answers 20,000 levels of JSON': 'model-answer-invalid',
    'answers bytes that are not UTF-8': 'model-answer-invalid',
    'answers compressed, unasked': 'model-answer-invalid',
    'answers 10 MB': 'model-answer-invalid',
    'announces 10 MB and sends one byte': 'model-unavailable',
    'answers 1 MB of headers': 'model-answer-invalid',
  };
  const slow = Object.entries(expected).filter(([, type]) => type === 'model-too-slow');

  it.each(Object.entries(expected))('%s: %s, asked once, and nothing it or the caller wrote gets out', async (how, type) => {
    ollama.misbehaves(misbehaviours[how as Misbehaviour]);
    // in half a second a drip has sent some 25 bytes; everything else has long failed by itself
    const seconds = slow.some(([name]) => name === how) ? 0.5 : 20;

    const problem = await problemOf(
      model({ LLM_TIMEOUT_SECONDS: seconds }).generate({ prompt: 'the-prompt', system: 'the-system' }),
    );

    expect(problem.type).toBe(type);
    expect(ollama.requests).toHaveLength(1);
    const said = inspect(problem, { depth: null }); // with the cause, which is logged
    for (const secret of [RAW, 'the-prompt', 'the-system']) expect(said).not.toContain(secret);
    expect(problem.detail).not.toMatch(/undefined|\[object|maxContentLength/);
    expect(problem.cause).toBeInstanceOf(Error);
  });

  it('does not know the model: the command that installs it', async () => {
    const problem = await problemOf(model({ LLM_MODEL: 'llama9:1b' }).generate({ prompt: 'Hi' }));

    expect(problem).toMatchObject({
      type: 'model-missing',
      status: 503,
      detail: expect.stringContaining('ollama pull llama9:1b'),
    });
  });

  it('is not there: model-unavailable', async () => {
    await ollama.close();

    const problem = await problemOf(model().generate({ prompt: 'Hi' }));

    expect(problem).toMatchObject({
      type: 'model-unavailable',
      detail: expect.stringContaining('the connection is refused'),
    });
  });

  it('has a name nobody knows: model-unavailable', async () => {
    // .invalid never resolves (RFC 2606); a resolver that cannot be reached at all says so with another code
    const problem = await problemOf(model({ OLLAMA_HOST: 'http://ollama.invalid:11434' }).generate({ prompt: 'Hi' }));

    expect(problem.type).toBe('model-unavailable');
  });
});

describe('a connection that does not come about', () => {
  let silent: Server;
  const sockets: Socket[] = [];
  beforeEach(async () => {
    silent = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it('is given up long before a slow answer would be', async () => {
    // A server that accepts and never shakes hands: the connection is not made, at the level of TLS.
    const host = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;

    const problem = await problemOf(model({ OLLAMA_HOST: host, LLM_TIMEOUT_SECONDS: 3600 }).generate({ prompt: 'Hi' }));

    expect(problem).toMatchObject({ type: 'model-unavailable', detail: expect.stringContaining('no connection in time') });
  });

  it('is not confused with an answer that takes its time', async () => {
    let answer: () => void = () => undefined;
    ollama.misbehaves((_req, res) => void (answer = () => res.end(JSON.stringify(generated('at last')))));
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    try {
      const text = model({ LLM_TIMEOUT_SECONDS: 3600 }).generate({ prompt: 'Hi' });
      await ollama.received(1);
      jest.advanceTimersByTime(60_000); // the two seconds for connecting are long over
      answer();
      await expect(text).resolves.toBe('at last');
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('a caller that leaves', () => {
  it('stops the model', async () => {
    const stopped = new Promise<void>((resolve) =>
      ollama.misbehaves((_req, res) => (hang(res), void res.once('close', resolve))),
    );
    const caller = new AbortController();

    const problem = problemOf(model().generate({ prompt: 'Hi', signal: caller.signal }));
    await ollama.received(1);
    caller.abort();

    expect((await problem).type).toBe('model-unavailable');
    await stopped;
  });

  it('before the model was asked leaves it alone', async () => {
    const problem = await problemOf(model().generate({ prompt: 'Hi', signal: AbortSignal.abort() }));

    expect(problem.type).toBe('model-unavailable');
    expect(ollama.requests).toHaveLength(0);
  });
});

it('answers many at once, each its own, some failing', async () => {
  ollama.misbehaves((_req, res, body) => {
    const { prompt } = JSON.parse(body) as GenerateRequest;
    if (Number(prompt) % 3 === 0) return reset(res);
    res.end(JSON.stringify(generated(`to ${prompt}`)));
  });
  const all = Array.from({ length: 30 }, (_, i) => model().generate({ prompt: String(i) }));

  const answers = await Promise.all(all.map((answer) => answer.catch((problem: Problem) => problem.type)));

  expect(answers).toEqual(answers.map((_, i) => (i % 3 === 0 ? 'model-unavailable' : `to ${i}`)));
});
