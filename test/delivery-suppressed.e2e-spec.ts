import { startApp, type TestApp } from './support/app';
import { claimDue, comeDue, dispatched, expire, forget, lose, progressOf, show, workerOf } from './support/delivery';

let app: TestApp;
let worker: ReturnType<typeof workerOf>;
beforeAll(async () => {
  app = await startApp();
  worker = workerOf(app);
});
beforeEach(() => forget(app));
afterAll(() => app.close());

const suppress = (user_id: string, rules: object = {}) =>
  app.api
    .post('/suppressions')
    .send({ user_id, reason: 'unsubscribed', ...rules })
    .expect(201);

describe('a customer who is suppressed after the dispatch', () => {
  it('is not handed out: the notification is withheld, and reads as cancelled', async () => {
    const all = await dispatched(app, 5);
    await suppress(all.users[0]);
    await suppress(all.users[3], { channel: 'webpush' });

    const lease = await worker.claim();

    expect(lease.ids).toEqual([all.ids[1], all.ids[2], all.ids[4]]);
    expect(await show(app, all.ids[0])).toMatchObject({ status: 'cancelled', error: 'suppressed', attempts: 0 });
    expect(await progressOf(app, all)).toEqual({ queued: 3, sent: 0, failed: 0, cancelled: 2 });
    expect(await worker.sent(lease.lease_token, all.ids)).toEqual({
      sent: 3,
      failed: 0,
      retrying: 0,
      open: 0,
      rejected: expect.arrayContaining([all.ids[0], all.ids[3]]),
    });
    expect(await progressOf(app, all)).toEqual({ queued: 0, sent: 3, failed: 0, cancelled: 2 });
    const list = async (status: string) =>
      (await app.api.get('/notifications').query({ status, dispatch_id: all.dispatch }).expect(200)).headers[
        'x-total-count'
      ];
    expect([await list('cancelled'), await list('sent'), await list('queued')]).toEqual(['2', '3', '0']);
  });

  it('is handed out where the suppression is of another channel, or holds no longer', async () => {
    const all = await dispatched(app, 3);
    await suppress(all.users[0], { channel: 'email' });
    await suppress(all.users[1], { expires_at: '2200-01-01T00:00:00Z' });
    await app.db.query(`UPDATE suppressions SET expires_at = now() - interval '1 s' WHERE user_id = $1`, [all.users[1]]);
    const { headers } = await suppress(all.users[2]);
    await app.api.delete(headers.location).expect(204);
    expect((await worker.claim()).ids).toEqual(all.ids);
  });

  it('and many more, leaves nothing to hand out, and whoever comes after them is reached in one claim', async () => {
    const gone = await dispatched(app, 300);
    await app.db.query(
      `INSERT INTO suppressions (user_id, reason, created_by) SELECT user_id, 'bounced', 'test' FROM unnest($1::uuid[]) AS user_id`,
      [gone.users],
    );
    const next = await dispatched(app, 2);

    expect((await worker.claim({ limit: 1 })).ids).toEqual(next.ids.slice(0, 1));

    expect(await progressOf(app, gone)).toEqual({ queued: 0, sent: 0, failed: 0, cancelled: 300 });
    expect((await worker.claim()).ids).toEqual(next.ids.slice(1));
    expect((await worker.claim()).lease_token).toBeNull();
  });

  it('while somebody holds it, may be sent; after the lease is lost it is withheld', async () => {
    const all = await dispatched(app, 3);
    const lease = await worker.claim();
    await suppress(all.users[0]);
    await suppress(all.users[1]);
    expect(await worker.sent(lease.lease_token, [all.ids[0]])).toMatchObject({ sent: 1, open: 2 });
    await expire(app, lease);

    expect((await worker.claim()).ids).toEqual([all.ids[2]]);

    expect((await show(app, all.ids[0])).status).toBe('sent');
    expect(await show(app, all.ids[1])).toMatchObject({ status: 'cancelled', error: 'suppressed' });
  });

  it('is not tried again, neither after a failure nor alone', async () => {
    const all = await dispatched(app, 4);
    await worker.failed((await worker.claim({ limit: 2 })).lease_token, all.ids.slice(0, 2));
    await lose(app, 3, { limit: 2 }).then(() => comeDue(app));
    await suppress(all.users[0]);
    await suppress(all.users[2]);

    const rest = [
      await claimDue(app, { limit: 2 }),
      await claimDue(app, { limit: 2 }),
      await claimDue(app),
      await claimDue(app),
    ];

    expect(rest.flatMap((lease) => lease.ids).sort()).toEqual([all.ids[1], all.ids[3]]);
    expect(await progressOf(app, all)).toEqual({ queued: 2, sent: 0, failed: 0, cancelled: 2 });
    expect(await show(app, all.ids[0])).toMatchObject({ status: 'cancelled', error: 'suppressed', retry_at: null });
  });

  it('had nothing of the campaign: once allowed again, the next dispatch reaches her', async () => {
    const all = await dispatched(app, 2);
    const { headers } = await suppress(all.users[0]);
    const lease = await worker.claim();
    await worker.sent(lease.lease_token, lease.ids);
    await app.api.delete(headers.location).expect(204);

    const { body } = await app.api.post(`/campaigns/${all.campaign}/dispatch`).expect(200);

    expect(body).toMatchObject({ matched: 2, queued: 1 });
    expect((await worker.claim()).ids).toEqual([`${body.id}:${all.users[0]}`]);
  });

  it('in a dispatch that is cancelled is counted once', async () => {
    const all = await dispatched(app, 4);
    await suppress(all.users[0]);
    const { lease_token } = await worker.claim({ limit: 2 });
    await app.api.post(`/dispatches/${all.dispatch}/cancel`).expect(200);
    expect(await progressOf(app, all)).toEqual({ queued: 0, sent: 0, failed: 0, cancelled: 4 });

    await worker.sent(lease_token, [all.ids[1]]);

    expect(await progressOf(app, all)).toEqual({ queued: 0, sent: 1, failed: 0, cancelled: 3 });
  });
});
