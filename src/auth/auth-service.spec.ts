import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { HttpService } from '@nestjs/axios';
import { Problem } from '../common/problem';
import {
  answerJson,
  drip,
  hang,
  reset,
  startStubServer,
  type StubHandler,
  type StubServer,
} from '../../test/support/stub-server';
import { authService, authServiceLimits } from './auth-service';
import type { AuthWay } from './auth-way';

const TOKEN = 'a-token-of-the-existing-auth-service';
const admin = { id: '7f3c', role: 'admin', email: 'ana@example.com' };
const asAdmin: StubHandler = (_req, res) => answerJson(res, 200, admin);
const says =
  (status: number, value: unknown): StubHandler =>
  (_req, res) =>
    answerJson(res, status, value);
const sends =
  (body: string | Buffer, headers: Record<string, string> = {}): StubHandler =>
  (_req, res) =>
    void res.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);

const running: StubServer[] = [];
const serve = async (handler: StubHandler): Promise<StubServer> => {
  const server = await startStubServer(handler);
  running.push(server);
  return server;
};
afterEach(() => Promise.all(running.splice(0).map((server) => server.close())));

let stub: StubServer;
beforeEach(async () => (stub = await serve(asAdmin)));

const way = (limits: Partial<typeof authServiceLimits> = {}, now?: () => number): AuthWay =>
  authService(stub.url, new HttpService(), { ...authServiceLimits, ...limits }, now);

/** What came of it in one word, and for auth-unavailable the reason that is logged. */
async function outcome(asked: AuthWay, token = TOKEN): Promise<string> {
  try {
    const principal = await asked.authenticate(token);
    return principal ? `${principal.role} ${principal.id}` : 'unknown';
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.cause instanceof Error ? `${error.type}: ${error.cause.message}` : error.type;
  }
}

describe('what the auth service answers', () => {
  it('lets in the admin it names, having passed the bearer token on', async () => {
    const principal = await way().authenticate(TOKEN);

    expect(principal).toEqual({ id: '7f3c', role: 'admin', via: 'auth-service' });
    expect(stub.requests).toEqual([expect.objectContaining({ method: 'GET', path: '/users/me', body: '' })]);
    expect(stub.requests[0].headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it.each<[string, string, StubHandler]>([
    ['a number as id', 'admin 42', says(200, { id: 42, role: 'admin' })],
    ['401', 'unknown', says(401, admin)],
    ['403', 'unknown', says(403, admin)],
    ['404', 'unknown', says(404, admin)],
    ['another role', 'forbidden', says(200, { id: 'u', role: 'user' })],
    ['no role', 'forbidden', says(200, { id: 'u' })],
    ['an empty object', 'forbidden', says(200, {})],
    ['a list of roles', 'forbidden', says(200, { id: 'u', role: ['admin'] })],
    ['an object as role', 'forbidden', says(200, { id: 'u', role: {} })],
    ['true as role', 'forbidden', says(200, { id: 'u', role: true })],
    ['null as role', 'forbidden', says(200, { id: 'u', role: null })],
    ['Admin as role', 'forbidden', says(200, { id: 'u', role: 'Admin' })],
    ['a role with a space', 'forbidden', says(200, { id: 'u', role: 'admin ' })],
    ['a role on the prototype', 'forbidden', sends('{"id":"u","__proto__":{"role":"admin"}}')],
    ['a role one level down', 'forbidden', says(200, { user: admin })],
    ['no id', 'auth-unavailable: answered no usable id', says(200, { role: 'admin' })],
    ['an id of two lines', 'auth-unavailable: answered no usable id', says(200, { id: 'a\nb', role: 'admin' })],
    ['an endless id', 'auth-unavailable: answered no usable id', says(200, { id: 'a'.repeat(201), role: 'admin' })],
    ['a list', 'auth-unavailable: answered no JSON object', says(200, [admin])],
    ['null', 'auth-unavailable: answered no JSON object', says(200, null)],
    ['nothing', 'auth-unavailable: answered no JSON', sends('')],
    ['half the JSON', 'auth-unavailable: answered no JSON', sends('{"id":"u","role":"admin"')],
    ['a page', 'auth-unavailable: answered no JSON', sends('<html>admin</html>', { 'content-type': 'text/html' })],
    ['broken UTF-8', 'auth-unavailable: answered no JSON', sends(Buffer.from('{"id":"\xff","role":"admin"}', 'latin1'))],
    ['gzip', 'auth-unavailable: answered no JSON', sends(gzipSync(JSON.stringify(admin)), { 'content-encoding': 'gzip' })],
    ['204', 'auth-unavailable: answered 204', (_req, res) => void res.writeHead(204).end()],
    ['201 with an admin', 'auth-unavailable: answered 201', says(201, admin)],
    ['400', 'auth-unavailable: answered 400', says(400, admin)],
    ['429', 'auth-unavailable: answered 429', says(429, admin)],
    ['500 with an admin', 'auth-unavailable: answered 500', says(500, admin)],
    ['503', 'auth-unavailable: answered 503', says(503, {})],
    ['too much', 'auth-unavailable: ERR_BAD_RESPONSE', says(200, { ...admin, pad: 'x'.repeat(65_536) })],
    ['a reset', 'auth-unavailable: ECONNRESET', (_req, res) => reset(res)],
    ['a reset after half', 'auth-unavailable: ERR_BAD_RESPONSE', (_req, res) => reset(res, '{"id":"u","role":"admin"')],
    ['what is not HTTP', 'auth-unavailable: HPE_', (req) => void req.socket.end('{"id":"u","role":"admin"}\r\n\r\n')],
  ])('%s → %s', async (_name, expected, handler) => {
    stub.answer(handler);

    const became = await outcome(way());

    // the parser's codes differ between versions of Node
    expect(became.replace(/HPE_.*/, 'HPE_')).toBe(expected);
  });

  it.each<[string, StubHandler]>([
    ['it never answers', (_req, res) => hang(res)],
    ['it sends headers and never a body', (_req, res) => hang(res, true)],
    ['it drips, so that it is never idle', (_req, res) => drip(res, JSON.stringify(admin).padEnd(10_000), 10)],
  ])('is given up after the total time when %s', async (_name, handler) => {
    stub.answer(handler);

    expect(await outcome(way({ timeoutMs: 250 }))).toBe('auth-unavailable: no answer in time');
  });

  it('takes the longest answer it may give', async () => {
    stub.answer(sends(JSON.stringify(admin).padEnd(65_536)));

    expect(await outcome(way())).toBe('admin 7f3c');
  });

  it.each([301, 302, 307, 308])('does not follow a %i, so the token goes nowhere else', async (status) => {
    const elsewhere = await serve(asAdmin);
    stub.answer((_req, res) => void res.writeHead(status, { location: `${elsewhere.url}/users/me` }).end());

    expect(await outcome(way())).toBe(`auth-unavailable: answered ${status}`);
    expect(elsewhere.requests).toEqual([]);
  });

  it('lets nobody in when it is not there', async () => {
    await stub.close();

    expect(await outcome(way())).toBe('auth-unavailable: ECONNREFUSED');
  });

  it('does not hand the token to a proxy of the environment', async () => {
    const proxy = await serve(asAdmin);
    const environment = process.env;
    process.env = { ...environment, http_proxy: proxy.url, no_proxy: '', NO_PROXY: '' };

    const became = await outcome(way()).finally(() => (process.env = environment));

    expect(became).toBe('admin 7f3c');
    expect(proxy.requests).toEqual([]);
  });

  it('says nothing of the token in its errors, whatever a log prints of them', async () => {
    stub.answer((_req, res) => reset(res));

    const error: unknown = await way()
      .authenticate(TOKEN)
      .catch((e: unknown) => e);

    expect(error).toBeInstanceOf(Problem);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(TOKEN);
  });
});

describe('what is remembered', () => {
  it('asks once for 200 requests at the same moment', async () => {
    const asked = way();

    const outcomes = await Promise.all(Array.from({ length: 200 }, () => outcome(asked)));

    expect(new Set(outcomes)).toEqual(new Set(['admin 7f3c']));
    expect(stub.requests).toHaveLength(1);
  });

  it('answers all who wait for a question that fails, and asks again afterwards', async () => {
    const asked = way();
    stub.answer(says(500, {}));

    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcome(asked)));
    stub.answer(asAdmin);

    expect(new Set(outcomes)).toEqual(new Set(['auth-unavailable: answered 500']));
    expect(await outcome(asked)).toBe('admin 7f3c');
    expect(stub.requests).toHaveLength(2);
  });

  it('keeps an admin for less than 60 seconds: who is no longer one is out', async () => {
    let now = 1;
    const asked = way({}, () => now);
    await outcome(asked);
    stub.answer(says(200, { ...admin, role: 'user' }));

    now += 57_000;
    expect(await outcome(asked)).toBe('admin 7f3c');
    now += 1_001;
    expect(await outcome(asked)).toBe('forbidden');
  });

  it('does not keep an admin longer because the service is down', async () => {
    let now = 1;
    const asked = way({}, () => now);
    await outcome(asked);
    stub.answer(says(503, {}));

    now += 58_001;
    expect(await outcome(asked)).toBe('auth-unavailable: answered 503');
  });

  it.each([
    ['not known', says(401, {}), 'unknown'],
    ['not an admin', says(200, { id: 'u', role: 'user' }), 'forbidden'],
  ])('keeps a token that is %s for 5 seconds', async (_name, refusal, expected) => {
    let now = 1;
    const asked = way({}, () => now);
    stub.answer(refusal);
    await outcome(asked);
    stub.answer(asAdmin);

    now += 4_999;
    expect(await outcome(asked)).toBe(expected);
    expect(stub.requests).toHaveLength(1);
    now += 2;
    expect(await outcome(asked)).toBe('admin 7f3c');
  });

  it('never gives one token the verdict of another', async () => {
    stub.answer((req, res) => answerJson(res, req.headers.authorization === `Bearer ${TOKEN}` ? 200 : 401, admin));
    const asked = way();

    const outcomes = await Promise.all(
      [TOKEN, `${TOKEN}x`, TOKEN.toUpperCase(), TOKEN.slice(1)].map((t) => outcome(asked, t)),
    );

    expect(outcomes).toEqual(['admin 7f3c', 'unknown', 'unknown', 'unknown']);
  });

  it('forgets the oldest of many made-up tokens instead of growing', async () => {
    const asked = way({ maxEntries: 50 });
    stub.answer(says(401, {}));
    for (let n = 0; n <= 50; n++) await outcome(asked, `made-up-${n}`);

    await outcome(asked, 'made-up-50');
    expect(stub.requests).toHaveLength(51);
    await outcome(asked, 'made-up-0');
    expect(stub.requests).toHaveLength(52);
  });

  it('answers everyone when more tokens are asked at once than are remembered', async () => {
    const asked = way({ maxEntries: 5 });

    const outcomes = await Promise.all(Array.from({ length: 40 }, (_, n) => outcome(asked, `token-${n}`)));

    expect(new Set(outcomes)).toEqual(new Set(['admin 7f3c']));
  });

  it('holds no more connections than it is allowed', async () => {
    let open = 0;
    let most = 0;
    stub.answer((_req, res) => {
      most = Math.max(most, ++open);
      const answer = () => {
        open -= 1;
        answerJson(res, 200, admin);
      };
      setTimeout(answer, 20); // how slow this auth service is: without a limit, all of them are open meanwhile
    });
    const asked = way({ maxSockets: 3 });

    await Promise.all(Array.from({ length: 30 }, (_, n) => outcome(asked, `token-${n}`)));

    expect(most).toBeLessThanOrEqual(3);
    expect(stub.requests).toHaveLength(30);
  });
});
