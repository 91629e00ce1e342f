import crypto from 'node:crypto';
import { staticTokens } from './static-tokens';

const now = 'the-admin-token-in-use-now';
const next = 'the-admin-token-that-replaces-it';
const worker = 'a-token-of-a-worker';
const monitor = 'a-token-of-monitoring';
const way = staticTokens({ admin: [now, next], worker: [worker], monitor: [monitor] });

it('takes every configured token, so that one can be replaced without a gap', async () => {
  expect(await way.authenticate(now)).toMatchObject({ role: 'admin', via: 'token' });
  expect(await way.authenticate(next)).toMatchObject({ role: 'admin', via: 'token' });
  expect(await way.authenticate(worker)).toMatchObject({ role: 'worker', via: 'token' });
  expect(await way.authenticate(monitor)).toMatchObject({ role: 'monitor', via: 'token' });
});

it('names a token by a fingerprint that is no secret', async () => {
  const sha256 = crypto.createHash('sha256').update(now).digest('hex');

  const principal = await way.authenticate(now);

  expect(principal).toEqual({ id: `token:${sha256.slice(0, 8)}`, role: 'admin', via: 'token' });
});

it.each(['', now.slice(0, -1), `${now}x`, ` ${now}`, now.toUpperCase(), `${now},${next}`])(
  'knows nothing of %j',
  async (token) => {
    expect(await way.authenticate(token)).toBeUndefined();
  },
);

it('knows nobody when no token is configured', async () => {
  expect(await staticTokens({ admin: [], worker: [], monitor: [] }).authenticate('')).toBeUndefined();
});

it.each([now, next, worker, monitor, 'unknown'])(
  'compares every token in constant time, whichever matches (%#)',
  async (token) => {
    const compare = jest.spyOn(crypto, 'timingSafeEqual');

    await way.authenticate(token);

    expect(compare).toHaveBeenCalledTimes(4);
    compare.mockRestore();
  },
);
