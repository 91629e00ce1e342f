import { once } from 'node:events';
import { drip, hang, reset, type StubServer, startStubServer } from '../../test/support/stub-server';
import { egressAgents } from '../common/egress';
import { version } from '../version';
import { callLimits, callWebhook } from './webhook-call';

const BODY = '{"type":"webhook.test","data":{"name":"Núria"}}';
const NEVER = new AbortController().signal;

let server: StubServer;
beforeEach(async () => (server = await startStubServer((_req, res) => void res.writeHead(204).end())));
afterEach(() => server.close());

interface Settings {
  allow?: string[];
  signal?: AbortSignal;
  limits?: typeof callLimits;
}
const call = (url = server.url, { allow = ['127.0.0.1'], signal = NEVER, limits = callLimits }: Settings = {}) =>
  callWebhook(url, BODY, { 'webhook-id': 'an-id' }, egressAgents({ EGRESS_ALLOW: allow }), signal, limits);

it('posts the body to the letter', async () => {
  await expect(call(`${server.url}/hooks/crm?key=1`)).resolves.toMatchObject({ httpStatus: 204, error: null });

  const [{ method, path, headers, body }] = server.requests;
  expect({ method, path, body }).toEqual({ method: 'POST', path: '/hooks/crm?key=1', body: BODY });
  expect(headers).toMatchObject({
    'webhook-id': 'an-id',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(BODY)),
    'user-agent': `crm-service/${version}`,
  });
});

it('follows no redirect, to wherever it leads', async () => {
  const other = await startStubServer((_req, res) => void res.writeHead(204).end());
  for (const status of [301, 302, 303, 307, 308]) {
    server.answer((_req, res) => void res.writeHead(status, { location: other.url }).end());
    await expect(call()).resolves.toMatchObject({ httpStatus: status, error: expect.stringMatching(/redirect/) });
  }
  expect(other.requests).toHaveLength(0);
  await other.close();
});

it.each([500, 404, 410, 429])('%i is an answer, and the text beside it is not kept', async (status) => {
  server.answer((_req, res) => void res.writeHead(status, { 'retry-after': '7' }).end('the secrets of another service'));
  await expect(call()).resolves.toEqual({ httpStatus: status, error: null, retryAfter: 7 });
});

it('reads no more of an answer than it needs', async () => {
  let closed!: Promise<unknown>;
  server.answer((_req, res) => {
    closed = once(res, 'close');
    const more = () => void res.write(Buffer.alloc(65_536));
    res.writeHead(200).on('drain', more);
    more();
  });
  // an answer without an end: without a limit it would be read until the test is over
  await expect(call(server.url, { limits: { ...callLimits, timeoutMs: 600_000 } })).resolves.toMatchObject({
    httpStatus: 200,
  });
  await closed;
});

it.each([
  ['never answers', (res: Parameters<typeof hang>[0]) => hang(res), null],
  ['answers without an end', (res: Parameters<typeof hang>[0]) => hang(res, true), 200],
  ['drips', (res: Parameters<typeof hang>[0]) => drip(res, 'a'.repeat(1000), 20), 200],
])('one that %s is left after the time it has', async (_, answer, httpStatus) => {
  server.answer((_req, res) => answer(res));
  const limits = { timeoutMs: 300, answerBytes: 4096 };
  const error = httpStatus === null ? 'No answer within 0.3 seconds.' : null;
  await expect(call(server.url, { limits })).resolves.toEqual({ httpStatus, error, retryAfter: undefined });
});

it('that there is no answer is said, and why', async () => {
  server.answer((_req, res) => reset(res));
  await expect(call()).resolves.toEqual({ httpStatus: null, error: 'No answer: ECONNRESET' });
  await server.close();
  await expect(call()).resolves.toEqual({ httpStatus: null, error: 'No answer: ECONNREFUSED' });
});

it('does not go where EGRESS_ALLOW does not let it', async () => {
  const { port } = new URL(server.url);
  for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433'])
    await expect(call(`http://${host}:${port}/`, { allow: [] })).resolves.toMatchObject({
      httpStatus: null,
      error: expect.stringMatching(/private address/),
    });
  expect(server.requests).toHaveLength(0);
});

it('ends when the process stops', async () => {
  const stopping = new AbortController();
  server.answer((_req, res) => {
    hang(res);
    stopping.abort();
  });
  await expect(call(server.url, { signal: stopping.signal })).resolves.toMatchObject({ httpStatus: null });
  await expect(call(server.url, { signal: stopping.signal })).resolves.toMatchObject({ httpStatus: null });
});
