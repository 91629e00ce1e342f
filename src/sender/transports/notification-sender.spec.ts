import { outcomesOf } from './notification-sender';

const answer = (body: unknown, status = 200) => ({
  status,
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});
const sent = { kind: 'sent' };

it.each(['', 'ok', 'null', '[]', '{"results": 3}', '{"results": [{}]}', '{"results": [{}, null]}', '{"results": [1, 2]}'])(
  'takes 200 with %j for all of them sent',
  (body) => expect(outcomesOf(answer(body), 2)).toEqual([sent, sent]),
);

it('believes item by item what is said of each', () => {
  const results = [
    { success: true },
    { success: false, error: 'token of ana@example.com expired', retry: false },
    { success: false },
    {},
  ];
  expect(outcomesOf(answer({ results }), 4)).toEqual([
    sent,
    { kind: 'failed', error: 'token of <address> expired', retry: false },
    { kind: 'failed', error: 'refused by the notification sender', retry: true },
    sent,
  ]);
});

it('takes a failure of the whole for one of each, whatever is said', () => {
  const down = { kind: 'unavailable', error: 'HTTP 503', reached: true, retryAfterSeconds: undefined };
  expect(outcomesOf(answer({ results: [{ success: true }, { success: true }] }, 503), 2)).toEqual([down, down]);
});
