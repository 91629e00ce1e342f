import { gzipSync } from 'node:zlib';
import { type ModelWire, streamed } from './fake-model';
import { drip, hang, reset, type StubHandler } from './stub-server';

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
/** Everything a server may do instead of answering with a whole answer; the key ends the sentence "a server that …". */
export function misbehavioursOf(wire: ModelWire) {
  const answer = wire.whole(RAW);
  const whole = JSON.stringify(answer);
  const half = whole.slice(0, whole.length / 2);
  return {
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
    'answers a stream': sends(streamed(wire, `${RAW} and more`), { 'content-type': 'application/x-ndjson' }),
    'answers an array': sendsJson([answer]),
    'answers null': sends('null'),
    'answers a string': sendsJson(RAW),
    'answers an error with status 200': sendsJson({ error: RAW }),
    'answers text and an error': sendsJson({ ...answer, error: RAW }),
    'answers without text': sendsJson(wire.whole(undefined)),
    'answers a number for a text': sendsJson(wire.whole(7)),
    'answers null for a text': sendsJson(wire.whole(null)),
    'answers an object for a text': sendsJson(wire.whole({ text: RAW })),
    'answers 20,000 levels of JSON': sends(whole.replace(JSON.stringify(RAW), `${'['.repeat(20_000)}${']'.repeat(20_000)}`)),
    'answers bytes that are not UTF-8': sends(Buffer.from(whole.replace(RAW, 'ñ'), 'latin1')),
    'answers compressed, unasked': sends(gzipSync(whole), { 'content-encoding': 'gzip' }),
    'answers 10 MB': sendsJson(wire.whole('x'.repeat(10_000_000))),
    'announces 10 MB and sends one byte': sends('{', { 'content-length': '10000000' }),
    'answers 1 MB of headers': (_req, res) => void res.socket?.end(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1_000_000)}\r\n\r\n`),
  } satisfies Record<string, StubHandler>;
}

export type Misbehaviour = keyof ReturnType<typeof misbehavioursOf>;
