import { startApp, type TestApp } from './support/app';
import { claimDue, dispatched, expire, forget, lose, progressOf, reconcile, show, workerOf } from './support/delivery';
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
const verbs = [
  ['settle', { sent: [] }],
  ['extend', { lease_seconds: 60 }],
  ['release', {}],
] as const;

describe('extending', () => {
  it('holds a lease for so many seconds from now, whether that is longer or shorter', async () => {
    const { ids } = await dispatched(app, 1);
    const { lease_token } = await worker.claim({ lease_seconds: 10 });
    for (const seconds of [600, 5]) {
      const { lease_until } = await worker.extend(lease_token, seconds);
      const [{ left }] = await app.db.query<{ left: string }>(`SELECT extract(epoch FROM $1::timestamptz - now()) AS left`, [
        lease_until,
      ]);
      expect(Number(left)).toBeLessThanOrEqual(seconds);
      expect(Number(left)).toBeGreaterThan(seconds - 5);
      expect(await show(app, ids[0])).toMatchObject({ leased_until: lease_until });
    }
  });

  it('saves one that ran out, if nobody else has it', async () => {
    await dispatched(app, 1);
    const lease = await worker.claim();
    await expire(app, lease);
    await worker.extend(lease.lease_token, 60);
    expect((await worker.claim()).ids).toEqual([]);

    await expire(app, lease);
    const next = await worker.claim();

    for (const [verb, body] of verbs)
      expect(refusalFault(await worker.call(verb, { lease_token: lease.lease_token, ...body }), isLost)).toBeUndefined();
    expect(await worker.extend(next.lease_token, 60)).toEqual({ lease_until: expect.any(String) });
  });

  it('is for 5 to 600 seconds', async () => {
    await dispatched(app, 1);
    const { lease_token } = await worker.claim();
    for (const lease_seconds of [4, 601, 60.5, '60', null, undefined]) {
      const answer = await worker.call('extend', { lease_token, lease_seconds });
      expect(refusalFault(answer, { status: 400, pointer: '/lease_seconds' })).toBeUndefined();
    }
  });
});

describe('releasing', () => {
  it('gives back what is open, at once and as if nobody had had it', async () => {
    const all = await dispatched(app, 4);
    const { lease_token } = await worker.claim();
    await worker.sent(lease_token, all.ids.slice(1, 2));

    expect(await worker.release(lease_token)).toEqual({ released: 3 });

    const next = await worker.claim();
    expect(next.ids).toEqual([all.ids[0], all.ids[2], all.ids[3]]);
    expect(next.notifications.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
    for (const [verb, body] of verbs)
      expect(refusalFault(await worker.call(verb, { lease_token, ...body }), isLost)).toBeUndefined();
    expect(await worker.sent(next.lease_token, next.ids)).toMatchObject({ sent: 3, open: 0 });
    expect(await reconcile(app, all)).toEqual({ sent: 4, failed: 0 });
  });

  it('of retries too', async () => {
    const { ids } = await dispatched(app, 1);
    await worker.failed((await worker.claim()).lease_token, ids);
    const { lease_token, notifications } = await claimDue(app);

    expect(await worker.release(lease_token)).toEqual({ released: 1 });

    expect((await worker.claim()).notifications).toEqual(notifications);
  });

  it('again and again wears nothing out', async () => {
    const { ids } = await dispatched(app, 2);
    for (let i = 0; i < 12; i++) {
      const lease = await worker.claim();
      expect(lease.notifications.map(({ attempt }) => attempt)).toEqual([1, 1]);
      await worker.release(lease.lease_token);
    }
    expect((await worker.claim()).ids).toEqual(ids);
  });
});

describe('a lost lease', () => {
  it('goes to whoever claims next, without what was settled', async () => {
    const all = await dispatched(app, 4);
    const lease = await worker.claim({ limit: 3 });
    await worker.sent(lease.lease_token, [all.ids[1]]);
    await expire(app, lease);

    const next = await worker.claim();

    expect(next.ids).toEqual([all.ids[0], all.ids[2]]);
    expect(next.notifications.map(({ attempt }) => attempt)).toEqual([2, 2]);
    expect((await worker.claim()).ids).toEqual([all.ids[3]]);
  });

  it('is shared where the next ones ask for fewer', async () => {
    const { ids } = await dispatched(app, 10);
    await lose(app, 1);
    const parts = [await worker.claim({ limit: 4 }), await worker.claim({ limit: 4 }), await worker.claim({ limit: 4 })];
    expect(parts.map((part) => part.ids)).toEqual([ids.slice(0, 4), ids.slice(4, 8), ids.slice(8)]);
    expect(parts.flatMap(({ notifications }) => notifications.map(({ attempt }) => attempt))).toEqual(Array(10).fill(2));
  });

  it('claimed by several at one moment goes to each of them once', async () => {
    const { ids } = await dispatched(app, 40);
    await lose(app, 1, { limit: 10 });
    await lose(app, 1, { limit: 10 });

    const parts = [];
    for (let round = 0; round < 4; round++)
      parts.push(...(await Promise.all(Array.from({ length: 8 }, () => worker.claim({ limit: 3 })))));

    expect(parts.flatMap((part) => part.ids).sort()).toEqual(ids);
  });

  it('three times is handed out one by one', async () => {
    const { ids } = await dispatched(app, 3);
    await lose(app, 3);

    const alone = [await worker.claim(), await worker.claim(), await worker.claim(), await worker.claim()];

    expect(alone.map((lease) => lease.ids.length)).toEqual([1, 1, 1, 0]);
    expect(alone.flatMap((lease) => lease.ids).sort()).toEqual(ids);
    expect(alone.slice(0, 3).map(({ notifications }) => notifications[0].attempt)).toEqual([4, 4, 4]);
  });

  it('ten times is given up', async () => {
    const all = await dispatched(app, 1);
    const leases = await lose(app, 10);

    expect((await claimDue(app)).ids).toEqual([]);

    expect(leases.map(({ notifications }) => notifications[0].attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await show(app, all.ids[0])).toMatchObject({ status: 'failed', error: expect.stringContaining('lost 10 times') });
    expect(await progressOf(app, all)).toEqual({ queued: 0, sent: 0, failed: 1, cancelled: 0 });
    const late = await worker.call('settle', { lease_token: leases[9].lease_token, sent: [{ id: all.ids[0] }] });
    expect(refusalFault(late, isLost)).toBeUndefined();
  });

  it('because of one notification that kills its workers: that one is given up, and all its neighbours are sent', async () => {
    const all = await dispatched(app, 60);
    const poison = all.ids[30];
    let deaths = 0;
    for (let lease = await claimDue(app); lease.ids.length > 0; lease = await claimDue(app)) {
      if (!lease.ids.includes(poison)) await worker.sent(lease.lease_token, lease.ids);
      else {
        deaths++;
        await expire(app, lease);
      }
    }

    expect(deaths).toBe(10);
    expect(await reconcile(app, all)).toEqual({ sent: 59, failed: 1 });
    expect((await show(app, poison)).status).toBe('failed');
  });

  it('of one dispatch is reached behind ten thousand that nobody may have', async () => {
    const paused = await dispatched(app, 2);
    await worker.failed((await worker.claim()).lease_token, paused.ids);
    await app.api.post(`/dispatches/${paused.dispatch}/pause`).expect(200);
    await app.db.query(
      `INSERT INTO notification_leases (channel, dispatch_id, lane_no, first_user_id, last_user_id, open, worker, claimed_at, lease_until)
       SELECT 'webpush', $1, 0, u, u, 1, 'gone', now() - interval '1 h', now() - interval '30 min'
       FROM (SELECT md5('lease ' || i)::uuid AS u FROM generate_series(1, 10000) i) users`,
      [paused.dispatch],
    );
    await app.db.query(
      `INSERT INTO notification_retries (dispatch_id, user_id, channel, lane_no, due_at, failures)
       SELECT $1, md5('retry ' || i)::uuid, 'webpush', 0, now() - interval '1 h', 1 FROM generate_series(1, 10000) i`,
      [paused.dispatch],
    );
    const live = await dispatched(app, 3);
    await worker.failed((await worker.claim({ limit: 1 })).lease_token, live.ids.slice(0, 1), { retry_after_seconds: 0 });
    await expire(app, await worker.claim()); // the retry
    await expire(app, await worker.claim()); // and the rest

    const got = [await claimDue(app), await claimDue(app), await claimDue(app)];

    expect(got.flatMap((lease) => lease.ids).sort()).toEqual(live.ids);
  });
});
