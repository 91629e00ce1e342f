import { createClient } from './client';

const problem = (status: number, code: string, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ type: `urn:crm-service:problem:${code}`, status, detail: 'Try again.' }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
const done = () => Response.json({ released: 0 });

/** A service that gives these answers, one after the other. @returns when it was asked, in ms from the start, and with which key */
function serviceOf(...answers: (() => Response | Promise<Response>)[]) {
  const [started, asked]: [number, { at: number; key: string | null }[]] = [Date.now(), []];
  const client = createClient({
    baseUrl: 'http://crm.invalid',
    token: 'a-token',
    fetch: (_url, init) => {
      asked.push({ at: Date.now() - started, key: new Headers(init.headers).get('idempotency-key') });
      return Promise.resolve(answers[Math.min(asked.length, answers.length) - 1]());
    },
  });
  const lease_token = '5f0c9a1e-6a0b-4a57-9a53-0b8f3f1d2c4e';
  return { asked, release: () => client.post('/notifications/release', { body: { lease_token } }) };
}

beforeEach(() => void jest.useFakeTimers({ now: Date.parse('2026-11-23T10:00:00Z') }));
afterEach(() => void jest.useRealTimers());

describe('repeating', () => {
  it.each([
    ['seconds', '7'],
    ['a date', 'Mon, 23 Nov 2026 10:00:07 GMT'],
  ])('waits as long as Retry-After asks for, in %s', async (_, after) => {
    const { asked, release } = serviceOf(() => problem(503, 'database-unavailable', { 'retry-after': after }), done);

    const answer = release();
    await jest.advanceTimersByTimeAsync(6_999);
    expect(asked).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1_000);

    expect(await answer).toEqual({ released: 0 });
    expect(asked[1].key).toBe(asked[0].key);
  });

  it.each([
    ['too many requests', () => problem(429, 'too-many-requests')],
    ['the same request under way', () => problem(409, 'idempotency-key-in-use', { 'retry-after': '1' })],
    ['a proxy that gave up', () => new Response('<h1>504</h1>', { status: 504 })],
    ['no answer', () => Promise.reject(new TypeError('fetch failed'))],
    ['half an answer', () => new Response('{"rele', { headers: { 'content-type': 'application/json' } })],
  ])('goes on after %s', async (_, trouble) => {
    const { asked, release } = serviceOf(trouble, done);

    const answer = release();
    await jest.runAllTimersAsync();

    expect(await answer).toEqual({ released: 0 });
    expect(asked).toHaveLength(2);
  });

  it('waits longer and longer, and in the end throws what it met', async () => {
    const { asked, release } = serviceOf(() => new Response('', { status: 503 }));

    const answer = expect(release()).rejects.toMatchObject({ status: 503, code: 'unexpected', isPassing: true });
    await jest.runAllTimersAsync();
    await answer;

    const pauses = asked.slice(1).map(({ at }, i) => at - asked[i].at);
    expect(pauses).toHaveLength(4);
    pauses.forEach((pause, i) => {
      expect(pause).toBeGreaterThanOrEqual(250 * 2 ** i - 1);
      expect(pause).toBeLessThanOrEqual(500 * 2 ** i + 1);
    });
  });

  it.each([
    ['a lease that is lost', () => problem(409, 'lease-lost')],
    ['a model that answers nonsense', () => problem(502, 'model-answer-invalid')],
    ['a fault of the service', () => problem(500, 'internal-error')],
    ['a redirect', () => new Response(null, { status: 301, headers: { location: 'https://crm.invalid/' } })],
  ])('ends with %s', async (_, trouble) => {
    const { asked, release } = serviceOf(trouble, done);

    await expect(release()).rejects.toMatchObject({ isPassing: false });
    expect(asked).toHaveLength(1);
  });

  it('gives each request a key of its own', async () => {
    const { asked, release } = serviceOf(done);

    await release();
    await release();

    expect(asked[0].key).not.toBe(asked[1].key);
  });

  it('takes an answer that does not come for none', async () => {
    const silent = createClient({
      baseUrl: 'http://crm.invalid',
      token: 'a-token',
      attempts: 1,
      fetch: (_url, init) =>
        new Promise((_resolve, reject) =>
          init.signal!.addEventListener('abort', () => reject(init.signal!.reason as Error)),
        ),
    });

    const answer = expect(silent.get('/segments')).rejects.toMatchObject({
      name: 'NoAnswer',
      message: expect.stringContaining('no answer in 60 s'),
    });
    await jest.advanceTimersByTimeAsync(60_000);
    await answer;
  });
});
