import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from './support/app';
import { claimDue, comeDue, dispatched, expire, forget, progressOf, reconcile, show, workerOf } from './support/delivery';
import { refusalFault } from './support/refusal';

let app: TestApp;
let worker: ReturnType<typeof workerOf>;
beforeAll(async () => {
  app = await startApp();
  worker = workerOf(app);
});
beforeEach(() => forget(app));
afterAll(() => app.close());

const isLost = { status: 409, type: 'lease-lost' };
/** All that a settle can change. */
const everything = () =>
  app.db.query(
    `SELECT n.user_id, n.state, n.attempts, n.error, n.meta, l.sent, l.failed, l.cancelled, r.failures, r.due_at, r.lease_token
     FROM notifications n JOIN dispatch_lanes l USING (dispatch_id, lane_no)
     LEFT JOIN notification_retries r ON r.dispatch_id = n.dispatch_id AND r.user_id = n.user_id ORDER BY 1`,
  );

describe('settling', () => {
  it('records what was sent, what is tried again and what never will be, some now and some later', async () => {
    const all = await dispatched(app, 5);
    const { lease_token, ids } = await worker.claim();

    const some = await worker.settle(lease_token, {
      sent: [{ id: ids[0] }, { id: ids[1], delivery_info: { provider_id: 'm-1' } }],
      failed: [
        { id: ids[2], error: 'busy' },
        { id: ids[3], error: 'no such number', retry: false },
      ],
    });
    expect(await progressOf(app, all)).toEqual({ queued: 2, sent: 2, failed: 1, cancelled: 0 });
    const rest = await worker.sent(lease_token, [ids[4]]);

    expect(some).toEqual({ sent: 2, failed: 1, retrying: 1, open: 1, rejected: [] });
    expect(rest).toEqual({ sent: 1, failed: 0, retrying: 0, open: 0, rejected: [] });
    expect(await show(app, ids[1])).toMatchObject({
      status: 'sent',
      attempts: 1,
      meta: { provider_id: 'm-1' },
      error: null,
    });
    expect(await show(app, ids[2])).toMatchObject({ status: 'queued', attempts: 1, error: 'busy', leased_until: null });
    expect((await show(app, ids[2])).retry_at).not.toBeNull();
    expect(await show(app, ids[3])).toMatchObject({ status: 'failed', error: 'no such number', retry_at: null });
    expect(await reconcile(app, all)).toEqual({ sent: 3, failed: 1 });
  });

  it('keeps what workers learned, to the letter, beside what is there', async () => {
    const { ids } = await dispatched(app, 1);
    const delivery_info = { ключ: '🛒', nested: [{ a: [null, 1.5, true] }], 'a/b~c': '' };
    await app.db.query(`UPDATE notifications SET meta = '{"nested": 0, "campaign": "spring"}'`);

    await worker.settle((await worker.claim()).lease_token, { sent: [{ id: ids[0], delivery_info }] });

    expect((await show(app, ids[0])).meta).toEqual({ campaign: 'spring', ...delivery_info });
  });

  it('the same again has the same answer and changes nothing, also after the lease has ended', async () => {
    await dispatched(app, 3);
    const { lease_token, ids } = await worker.claim();
    const body = { sent: [{ id: ids[0] }], failed: [{ id: ids[1], error: 'busy' }] };
    const first = await worker.settle(lease_token, body);
    const state = await everything();

    expect(await worker.settle(lease_token, body)).toEqual(first);
    expect(await everything()).toEqual(state);
    await worker.release(lease_token);
    expect(await worker.settle(lease_token, body)).toEqual(first);
    const next = await worker.claim();
    await worker.sent(next.lease_token, [ids[2]]);
    expect(await worker.settle(lease_token, body)).toEqual(first);
    expect(refusalFault(await worker.call('settle', { lease_token, sent: [{ id: ids[1] }] }), isLost)).toBeUndefined();
  });

  it('the same many times at one moment is settling once', async () => {
    const all = await dispatched(app, 20);
    const { lease_token, ids } = await worker.claim();

    const answers = await Promise.all(Array.from({ length: 8 }, () => worker.sent(lease_token, ids)));

    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ sent: 20, open: 0 });
    expect(await reconcile(app, all)).toEqual({ sent: 20, failed: 0 });
  });

  it('in two ways at one moment: each notification is settled in one of them', async () => {
    const all = await dispatched(app, 20);
    const { lease_token, ids } = await worker.claim();

    const [one, other] = await Promise.all([
      worker.call('settle', { lease_token, sent: ids.map((id) => ({ id })) }),
      worker.call('settle', { lease_token, failed: ids.map((id) => ({ id, retry: false })) }),
    ]);

    // whoever comes second finds the lease ended
    expect([one.status, other.status].sort()).toEqual([200, 409]);
    const { sent, failed } = await reconcile(app, all);
    expect([sent, failed]).toEqual(one.status === 200 ? [20, 0] : [0, 20]);
  });

  it('twice of the same kind in one call counts once, and sent is sent', async () => {
    const all = await dispatched(app, 2);
    const { lease_token, ids } = await worker.claim();

    const answer = await worker.settle(lease_token, {
      sent: [{ id: ids[0] }, { id: ids[0] }],
      failed: [
        { id: ids[0], error: 'at first' },
        { id: ids[1], retry: false },
      ],
    });

    expect(answer).toEqual({ sent: 1, failed: 1, retrying: 0, open: 0, rejected: [] });
    expect(await show(app, ids[0])).toMatchObject({ status: 'sent', error: null });
    expect(await reconcile(app, all)).toEqual({ sent: 1, failed: 1 });
  });

  it('a batch of a thousand, with what a provider said of each, is one call', async () => {
    const all = await dispatched(app, 1000);
    const { lease_token } = await worker.claim({ limit: 1000 });
    const delivery_info = { provider_id: 'x'.repeat(200), status: 'accepted', parts: [1, 2] };
    const sent = all.ids.map((id) => ({ id, delivery_info }));
    expect(await worker.settle(lease_token, { sent })).toMatchObject({ sent: 1000, open: 0 });
    expect((await show(app, all.ids[999])).meta).toEqual(delivery_info);
  });

  it('nothing says how much is open', async () => {
    await dispatched(app, 2);
    const { lease_token } = await worker.claim();
    expect(await worker.settle(lease_token, {})).toEqual({ sent: 0, failed: 0, retrying: 0, open: 2, rejected: [] });
  });
});

describe('a lease that ran out', () => {
  it('is still its worker’s while nobody else has it', async () => {
    const all = await dispatched(app, 2);
    const lease = await worker.claim();
    await expire(app, lease);

    expect(await worker.sent(lease.lease_token, all.ids)).toMatchObject({ sent: 2, open: 0 });
    expect((await worker.claim()).ids).toEqual([]);
  });

  it('and went to somebody else settles nothing', async () => {
    const all = await dispatched(app, 2);
    const lease = await worker.claim();
    await expire(app, lease);
    const next = await worker.claim();
    const state = await everything();

    for (const how of [{ sent: [{ id: all.ids[0] }] }, { failed: [{ id: all.ids[1] }] }, {}]) {
      const late = await worker.call('settle', { lease_token: lease.lease_token, ...how });
      expect(refusalFault(late, isLost)).toBeUndefined();
    }

    expect(await everything()).toEqual(state);
    expect(await worker.sent(next.lease_token, next.ids)).toMatchObject({ sent: 2, open: 0, rejected: [] });
  });

  it('of retries is as any other', async () => {
    const { ids } = await dispatched(app, 1);
    await worker.failed((await worker.claim()).lease_token, ids);
    await comeDue(app);
    const lease = await worker.claim();
    await expire(app, lease);
    const next = await claimDue(app);

    const late = await worker.call('settle', { lease_token: lease.lease_token, sent: [{ id: ids[0] }] });

    expect(refusalFault(late, isLost)).toBeUndefined();
    expect(await worker.sent(next.lease_token, ids)).toMatchObject({ sent: 1, open: 0 });
  });

  it('or never was is a 409 for whatever is asked of it', async () => {
    const lease_token = randomUUID();
    for (const [verb, body] of [
      ['settle', { sent: [] }],
      ['extend', { lease_seconds: 60 }],
      ['release', {}],
    ] as const)
      expect(refusalFault(await worker.call(verb, { lease_token, ...body }), isLost)).toBeUndefined();
  });
});

describe('an id', () => {
  it('of another lease, of nobody, or settled before is rejected, and its neighbours are settled', async () => {
    const all = await dispatched(app, 4);
    const [one, other] = [await worker.claim({ limit: 2 }), await worker.claim({ limit: 1 })];
    await worker.sent(one.lease_token, [one.ids[0]]);
    const strange = `${all.dispatch}:${randomUUID()}`;

    const answer = await worker.sent(one.lease_token, [one.ids[0], other.ids[0], all.ids[3], strange, one.ids[1]]);

    expect(answer).toMatchObject({ sent: 1, open: 0 });
    expect(answer.rejected.sort()).toEqual([one.ids[0], other.ids[0], all.ids[3], strange].sort());
    expect(await worker.sent(other.lease_token, other.ids)).toMatchObject({ sent: 1, open: 0 });
    expect(await reconcile(app, all)).toEqual({ sent: 3, failed: 0 });
  });

  it('of a retry in another lease is rejected', async () => {
    const { ids } = await dispatched(app, 2);
    await worker.failed((await worker.claim()).lease_token, ids);
    await comeDue(app);
    const [one, other] = [await worker.claim({ limit: 1 }), await worker.claim({ limit: 1 })];

    const answer = await worker.sent(one.lease_token, [...other.ids, ...one.ids]);

    expect(answer).toEqual({ sent: 1, failed: 0, retrying: 0, open: 0, rejected: other.ids });
    expect(await worker.sent(other.lease_token, other.ids)).toMatchObject({ sent: 1 });
  });

  it('that was marked sent meanwhile is rejected, and the lease ends with the rest', async () => {
    const all = await dispatched(app, 3);
    const { lease_token, ids } = await worker.claim();
    await app.api.post(`/notifications/${ids[1]}/mark-sent`).expect(200);

    expect(await worker.sent(lease_token, ids)).toEqual({ sent: 2, failed: 0, retrying: 0, open: 0, rejected: [ids[1]] });
    expect(await reconcile(app, all)).toEqual({ sent: 3, failed: 0 });
  });

  it('or a field that is malformed refuses the whole call by its name, and nothing is changed', async () => {
    await dispatched(app, 2);
    const { lease_token, ids } = await worker.claim();
    const state = await everything();
    const good = { id: ids[0] };
    const wrong: [body: object, pointer: string][] = [
      [{ sent: [good, { id: '1' }] }, '/sent/1/id'],
      [{ sent: [good, { id: ids[1].toUpperCase() }] }, '/sent/1/id'],
      [{ sent: [good, { id: `0:${ids[1].split(':')[1]}` }] }, '/sent/1/id'],
      [{ sent: [good, { id: `9${'0'.repeat(20)}:${ids[1].split(':')[1]}` }] }, '/sent/1/id'],
      [{ sent: [good, {}] }, '/sent/1/id'],
      [{ sent: [good, ids[1]] }, '/sent/1'],
      [{ sent: [good, null] }, '/sent/1'],
      [{ sent: { 0: good } }, '/sent'],
      [{ sent: Array(1001).fill(good) }, '/sent'],
      [{ sent: [good, { id: ids[1], delivery_info: 'm-1' }] }, '/sent/1/delivery_info'],
      [{ sent: [good, { id: ids[1], delivery_info: { a: 'x'.repeat(17_000) } }] }, '/sent/1/delivery_info'],
      [{ sent: [good], failed: [{ id: 'x' }] }, '/failed/0/id'],
      [{ sent: [good], failed: [{ id: ids[1], error: 'x'.repeat(1001) }] }, '/failed/0/error'],
      [{ sent: [good], failed: [{ id: ids[1], error: 7 }] }, '/failed/0/error'],
      [{ sent: [good], failed: [{ id: ids[1], retry: 'false' }] }, '/failed/0/retry'],
      [{ sent: [good], failed: [{ id: ids[1], retry_after_seconds: -1 }] }, '/failed/0/retry_after_seconds'],
      [{ sent: [good], failed: [{ id: ids[1], retry_after_seconds: 86_401 }] }, '/failed/0/retry_after_seconds'],
      [{ sent: [good], lease_token: 'x' }, '/lease_token'],
      [{ sent: [good], notes: 1 }, '/notes'],
    ];

    for (const [body, pointer] of wrong) {
      const answer = await worker.call('settle', { lease_token, ...body });
      expect([pointer, refusalFault(answer, { status: 400, pointer })]).toEqual([pointer, undefined]);
    }

    expect(await everything()).toEqual(state);
    expect(await worker.sent(lease_token, ids)).toMatchObject({ sent: 2 });
  });
});

describe('after a cancellation', () => {
  it('what was in somebody’s hands and was sent counts as sent; the rest stays cancelled', async () => {
    const all = await dispatched(app, 4);
    const { lease_token, ids } = await worker.claim({ limit: 3 });
    await app.api.post(`/dispatches/${all.dispatch}/cancel`).expect(200);
    expect(await progressOf(app, all)).toEqual({ queued: 0, sent: 0, failed: 0, cancelled: 4 });

    const late = await worker.settle(lease_token, {
      sent: [{ id: ids[0] }],
      failed: [
        { id: ids[1], error: 'busy' },
        { id: ids[2], retry: false },
      ],
    });

    expect(late).toEqual({ sent: 1, failed: 1, retrying: 1, open: 0, rejected: [] });
    expect(await progressOf(app, all)).toEqual({ queued: 0, sent: 1, failed: 1, cancelled: 2 });
    expect((await Promise.all(ids.map((id) => show(app, id)))).map(({ status }) => status)).toEqual([
      'sent',
      'cancelled',
      'failed',
    ]);
    await comeDue(app);
    expect((await worker.claim()).ids).toEqual([]);
  });
});
