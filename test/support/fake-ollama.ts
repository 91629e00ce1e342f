import { gzipSync } from 'node:zlib';
import { answerJson, drip, hang, reset, startStubServer, type StubHandler, type StubRequest } from './stub-server';

/** Body of a `POST /api/generate`. */
interface OllamaCall {
  model: string;
  prompt: string;
  system?: string;
  stream?: boolean;
  format?: unknown;
  options?: Record<string, unknown>;
}

export interface FakeOllama {
  /** For OLLAMA_HOST. */
  url: string;
  /** The models installed; a test may take one away. */
  models: string[];
  /** Every request of any kind so far, oldest first. */
  requests: StubRequest[];
  /** The bodies of the calls to /api/generate so far, oldest first. */
  calls(): OllamaCall[];
  /** What the model writes from now on: one text a call, the last one for all that follow. */
  says(...texts: string[]): void;
  /** What happens to every call from now on, instead of an answer. */
  misbehaves(how: StubHandler): void;
  /** Resolves once `count` requests have been received in all. */
  received(count: number): Promise<void>;
  /** Stops listening and cuts every connection: from then on connections are refused. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * A real HTTP server that follows Ollama's protocol (https://docs.ollama.com/api): non-streaming and streaming `POST /api/generate`,
 * `GET /api/tags`, its errors for an unknown model and a bad request. What the model writes is scripted; as with a real one, a
 * `format` promises nothing.
 */
export async function startFakeOllama(installed: string[] = ['llama3.2:1b-instruct']): Promise<FakeOllama> {
  const models = [...installed];
  let script: string[] = ['Hello! How can I help you today?'];
  let misbehaviour: StubHandler | undefined;

  const generate: StubHandler = (req, res, body) => {
    if (misbehaviour) return misbehaviour(req, res, body);
    const call = callIn(body);
    if (!call || (call.format !== undefined && call.format !== 'json' && typeof call.format !== 'object'))
      return answerJson(res, 400, { error: 'invalid request' });
    if (!models.includes(call.model)) return answerJson(res, 404, { error: `model '${call.model}' not found` });
    const text = script.length > 1 ? script.shift()! : script[0];
    if (call.stream === false) return answerJson(res, 200, generated(text, call.model));
    res.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(streamed(text, call.model));
  };

  const stub = await startStubServer((req, res, body) => {
    const route = `${req.method} ${req.url}`;
    if (route === 'POST /api/generate') return generate(req, res, body);
    if (route === 'GET /api/tags') return answerJson(res, 200, { models: models.map(listed) });
    res.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found');
  });

  return {
    url: stub.url,
    models,
    requests: stub.requests,
    calls: () =>
      stub.requests.filter(({ path }) => path === '/api/generate').map(({ body }) => JSON.parse(body) as OllamaCall),
    says: (...texts) => {
      script = texts;
      misbehaviour = undefined;
    },
    misbehaves: (how) => void (misbehaviour = how),
    received: (count) => stub.received(count),
    close: () => stub.close(),
  };
}

/** A whole answer as Ollama gives it with `stream: false`; durations are nanoseconds. */
export const generated = (response: unknown, model = 'llama3.2:1b-instruct') => ({
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

const streamed = (text: string, model: string) =>
  [...text.split(/(?= )/).map((response) => ({ model, response, done: false })), generated('', model)]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');

const listed = (model: string) => ({
  name: model,
  model,
  modified_at: '2026-01-12T09:00:00Z',
  size: 1321098329,
  digest: 'baf6a787fdffd633537aa2eb51cfd54cb93ff08e28040095462bb63daf552878',
  details: { format: 'gguf', family: 'llama', families: ['llama'], parameter_size: '1.2B', quantization_level: 'Q8_0' },
});

function callIn(body: string): OllamaCall | undefined {
  try {
    return JSON.parse(body) as OllamaCall;
  } catch {
    return undefined;
  }
}

const sends =
  (
    body: string | Buffer,
    headers: Record<string, string> = { 'content-type': 'application/json' },
    status = 200,
  ): StubHandler =>
  (_req, res) =>
    void res.writeHead(status, headers).end(body);
const sendsJson = (value: unknown, status = 200): StubHandler => sends(JSON.stringify(value), undefined, status);

/** What stands in every misbehaviour's text: it must come out nowhere. */
export const RAW = 'raw-words-of-the-far-side';
const whole = JSON.stringify(generated(RAW));
const half = whole.slice(0, whole.length / 2);

/** Everything a server at OLLAMA_HOST may do instead of answering; the key ends the sentence "a server that …". */
export const misbehaviours = {
  'never answers': (_req, res) => hang(res),
  'sends headers and never a body': (_req, res) => hang(res, true),
  'drips a byte at a time': (_req, res) => drip(res, whole, 20),
  'cuts the connection': (_req, res) => reset(res),
  'cuts the connection in the middle of its answer': (_req, res) => reset(res, half),
  'ends the connection before the length it announced': (_req, res) => {
    res.writeHead(200, { 'content-length': whole.length }).write(half, () => res.socket?.end());
  },
  'does not speak HTTP': (_req, res) => void res.socket?.end(`${RAW}\r\n\r\n`),
  'fails with 500': sendsJson({ error: `llama runner process has terminated: ${RAW}` }, 500),
  'fails with 502 in HTML': sends(`<h1>Bad Gateway ${RAW}</h1>`, { 'content-type': 'text/html' }, 502),
  'is busy': sendsJson({ error: `server busy, please try again.  maximum pending requests exceeded ${RAW}` }, 503),
  'limits the rate': sendsJson({ error: RAW }, 429),
  'refuses the request': sendsJson({ error: `"x" does not support generate ${RAW}` }, 400),
  'wants a login': sendsJson({ error: 'unauthorized', signin_url: RAW }, 401),
  'knows no such address': sends(`404 page not found ${RAW}`, { 'content-type': 'text/plain' }, 404),
  'knows no such thing, in JSON': sendsJson({ error: `page not found ${RAW}` }, 404),
  redirects: sends('', { location: `http://127.0.0.1:1/${RAW}` }, 302),
  'redirects with 308': sends('', { location: '/api/tags' }, 308),
  'answers 201': sends(whole, undefined, 201),
  'answers nothing': sends('', {}, 204),
  'answers an empty body': sends(''),
  'answers HTML': sends(`<!doctype html><p>${RAW}</p>`, { 'content-type': 'text/html' }),
  'answers half of the JSON': sends(half),
  'answers a stream': sends(streamed(`${RAW} and more`, 'm'), { 'content-type': 'application/x-ndjson' }),
  'answers an array': sendsJson([generated(RAW)]),
  'answers null': sends('null'),
  'answers a string': sendsJson(RAW),
  'answers an error with status 200': sendsJson({ error: RAW }),
  'answers text and an error': sendsJson({ ...generated(RAW), error: RAW }),
  'answers before it is done': sendsJson({ ...generated(RAW), done: false }),
  'answers without saying that it is done': sendsJson({ response: RAW }),
  'answers without text': sendsJson({ ...generated(RAW), response: undefined }),
  'answers a number for a text': sendsJson(generated(7)),
  'answers null for a text': sendsJson(generated(null)),
  'answers an object for a text': sendsJson(generated({ text: RAW })),
  'answers 20,000 levels of JSON': sends(`{"done":true,"response":${'['.repeat(20_000)}${']'.repeat(20_000)}}`),
  'answers bytes that are not UTF-8': sends(Buffer.from(whole.replace(RAW, 'ñ'), 'latin1')),
  'answers compressed, unasked': sends(gzipSync(whole), { 'content-encoding': 'gzip' }),
  'answers 10 MB': sendsJson(generated('x'.repeat(10_000_000))),
  'announces 10 MB and sends one byte': sends('{', { 'content-length': '10000000' }),
  'answers 1 MB of headers': (_req, res) => void res.socket?.end(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1_000_000)}\r\n\r\n`),
} satisfies Record<string, StubHandler>;

export type Misbehaviour = keyof typeof misbehaviours;
