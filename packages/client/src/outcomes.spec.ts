import { bare, failure, inCalls, NotDelivered } from './outcomes';

const id = (n: number) => `17:${n}`;
const sent = (count: number, receipt = '') =>
  Array.from({ length: count }, (_, n) => ({ id: id(n), delivery_info: { receipt } }));

describe('what is said of a batch', () => {
  it('is no call where there is nothing to be said', () => {
    expect(inCalls({ sent: [], failed: [] })).toEqual([]);
  });

  it('is one call where it fits', () => {
    const all = { sent: sent(2), failed: [{ id: id(3), error: 'mailbox full' }] };
    expect(inCalls(all)).toEqual([all]);
  });

  it.each([
    ['1,000 items', '', 1500],
    ['1 MB', 'ä'.repeat(8000), 100],
  ])('is in calls below %s otherwise, with each item once', (_, receipt, count) => {
    const all = sent(count, receipt);
    const calls = inCalls({ sent: all, failed: [{ id: 'last', error: 'mailbox full' }] });

    expect(calls.flatMap((call) => call.sent)).toEqual(all);
    expect(calls.flatMap((call) => call.failed)).toEqual([{ id: 'last', error: 'mailbox full' }]);
    for (const call of calls) {
      expect(call.sent.length + call.failed.length).toBeLessThanOrEqual(1000);
      expect(Buffer.byteLength(JSON.stringify({ lease_token: '0'.repeat(36), ...call }))).toBeLessThan(1_000_000);
    }
  });

  it('keeps, bare, what became of each, and whether it is tried again', () => {
    const failed = [{ id: id(9), error: '\u0000', retry: false, retry_after_seconds: 5 }];
    expect(bare({ sent: sent(1), failed })).toEqual({ sent: [{ id: id(0) }], failed: [{ id: id(9), retry: false }] });
  });
});

describe('a failure', () => {
  it.each<[unknown, object]>([
    [new NotDelivered('mailbox full'), { error: 'mailbox full' }],
    [new NotDelivered('bounced', { retry: false }), { error: 'bounced', retry: false }],
    [new NotDelivered('later', { retryAfterSeconds: 1e9 }), { error: 'later', retry_after_seconds: 86_400 }],
    [new Error('x'.repeat(2000)), { error: 'x'.repeat(1000) }],
    ['a word', { error: 'a word' }],
  ])('of %p', (thrown, said) => {
    expect(JSON.parse(JSON.stringify(failure(id(1), thrown)))).toEqual({ id: id(1), ...said });
  });

  it.each<[number, Record<string, string>, object]>([
    [429, { 'retry-after': '30' }, { retry: true, retryAfterSeconds: 30 }],
    [503, {}, { retry: true }],
    [408, {}, { retry: true }],
    [422, { 'retry-after': '30' }, { retry: false }],
  ])('of a provider that answers %p', (status, headers, how) => {
    expect(NotDelivered.answered(new Response(null, { status, headers }))).toEqual(
      expect.objectContaining({ message: `provider: ${status}`, how: expect.objectContaining(how) }),
    );
  });
});
