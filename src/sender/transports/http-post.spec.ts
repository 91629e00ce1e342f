import { outcomeOf } from './http-post';

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
