import { outcomeOf, retryAfter } from './http-post';

const NOW = Date.parse('2026-11-22T10:00:00Z');

it.each([
  ['0', 0],
  ['120', 120],
  ['999999999', 86_400],
  ['Sun, 22 Nov 2026 10:01:30 GMT', 90],
  ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
  ['soon', undefined],
  ['-5', undefined],
  ['1.5e3', undefined],
  ['', undefined],
  [undefined, undefined],
])('reads Retry-After: %s as %s seconds', (header, seconds) => {
  expect(retryAfter(header, NOW)).toBe(seconds);
});

it.each([200, 202, 204, 299])('takes %d for sent', (status) => expect(outcomeOf({ status })).toEqual({ kind: 'sent' }));

it.each([400, 413, 422])('takes %d for a refusal of what was sent, for good', (status) =>
  expect(outcomeOf({ status })).toEqual({ kind: 'failed', error: `HTTP ${status}`, retry: false }),
);

it.each([301, 302, 401, 403, 404, 408, 410, 425, 429, 500, 502, 503, 504])(
  'takes %d to be about the caller, the address or the moment',
  (status) =>
    expect(outcomeOf({ status, retryAfterSeconds: 7 })).toEqual({
      kind: 'unavailable',
      error: `HTTP ${status}`,
      reached: true,
      retryAfterSeconds: 7,
    }),
);
