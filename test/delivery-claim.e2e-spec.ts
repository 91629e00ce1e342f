import { randomUUID } from 'node:crypto';
import { ADMIN_TOKEN, startApp, type TestApp, WORKER_TOKEN } from './support/app';
import { dispatched, expire, forget, progressOf, reconcile, show, workerOf } from './support/delivery';
import { begin, crowd, step } from './support/dispatching';
import { refusalFault } from './support/refusal';

let app: TestApp;
let worker: ReturnType<typeof workerOf>;
beforeAll(async () => {
  app = await startApp();
  worker = workerOf(app);
});
beforeEach(() => forget(app));
afterAll(() => app.close());

const nothing = { lease_token: null, lease_until: null, notifications: [] };

describe('a claim', () => {
  it('has what is to be delivered, in the order in which it was queued, and no more than it asks for', async () => {
    const first = await dispatched(app, 3);
    const second = await dispatched(app, 2, { title: 'News' });

    const [one, two, three] = [await worker.claim({ limit: 2 }), await worker.claim(), await worker.claim({ limit: 1000 })];

    expect([one.ids, two.ids, three.ids]).toEqual([first.ids.slice(0, 2), first.ids.slice(2), second.ids]);
    expect(one.notifications[0]).toEqual({
      id: first.ids[0],
      user_id: first.users[0],
      campaign_id: first.campaign,
      dispatch_id: first.dispatch,
      title: null,
      message: 'See you at the market!',
      channel: 'webpush',
      attempt: 1,
      data: {},
    });
    expect(three.notifications[1].title).toBe('News');
    expect(new Set([one, two, three].map(({ lease_token }) => lease_token)).size).toBe(3);
    expect(await progressOf(app, first)).toMatchObject({ queued: 3, sent: 0 });
  });

  it('has nothing where there is nothing', async () => {
    const { ids } = await dispatched(app, 1);
    await worker.sent((await worker.claim()).lease_token, ids);
    expect(await worker.claim()).toEqual({ ...nothing, ids: [] });
  });

  it('has one channel only where it asks for one', async () => {
    const mail = await dispatched(app, 1, { channel: 'email' });
    const texts = await dispatched(app, 1, { channel: 'sms' });

    expect((await worker.claim({ channel: 'sms' })).ids).toEqual(texts.ids);
    expect((await worker.claim({ channel: 'sms' })).ids).toEqual([]);
    expect((await worker.claim()).ids).toEqual(mail.ids);
  });

  it('has tests before campaigns', async () => {
    const campaign = await dispatched(app, 2);
    const test = await app.api
      .post(`/campaigns/${campaign.campaign}/test-send`)
      .send({ user_ids: campaign.users })
      .expect(200);

    const [first, second] = [await worker.claim(), await worker.claim()];

    expect(first.notifications.map(({ dispatch_id }) => dispatch_id)).toEqual([test.body.id, test.body.id]);
    expect(second.ids).toEqual(campaign.ids);
  });

  it('has a chunk while the next ones are still being written', async () => {
    const quiet = await startApp({ ROLES: ['api'] });
    await crowd(quiet.db, 5001);
    const dispatch = await begin(quiet, await quiet.make.campaign([await quiet.make.segment()]));
    for (let i = 0; i < 2; i++) await step(quiet, dispatch);

    expect((await workerOf(quiet).claim()).ids).toHaveLength(100);
    await quiet.close();
  });

  it('has the frozen message with the values the customer has now, and an address for e-mail only', async () => {
    const greeting = 'Hello {{ preferences.name | default: "friend" }}!';
    const mail = await dispatched(app, 1, { channel: 'email', title: 'For {{ email }}' }, greeting, { name: 'Ana' });
    const texts = await dispatched(app, 1, { channel: 'sms' }, greeting, {});
    await app.api.patch(`/campaigns/${mail.campaign}`).set('If-Match', '*').send({ message: 'Edited' }).expect(200);
    await app.db.query(`UPDATE users SET preferences = '{"name": "Anna"}', email = 'anna@example.com' WHERE id = $1`, [
      mail.users[0],
    ]);

    const byMail = (await worker.claim({ channel: 'email' })).notifications[0];
    const byText = (await worker.claim({ channel: 'sms' })).notifications[0];

    expect(byMail).toMatchObject({
      title: 'For anna@example.com',
      message: 'Hello Anna!',
      data: { email: 'anna@example.com' },
    });
    expect([byText.id, byText.message, byText.data]).toEqual([texts.ids[0], 'Hello friend!', {}]);
  });

  it('of a customer who is gone has no address', async () => {
    const { users } = await dispatched(app, 1, { channel: 'email' });
    await app.db.query('DELETE FROM users WHERE id = $1', [users[0]]);
    expect((await worker.claim()).notifications[0].data).toEqual({ email: null });
  });

  it('shows until when somebody holds it', async () => {
    const { ids } = await dispatched(app, 2);
    const lease = await worker.claim({ limit: 1, lease_seconds: 300 });

    expect(await show(app, ids[0])).toMatchObject({ status: 'queued', leased_until: lease.lease_until, retry_at: null });
    expect(await show(app, ids[1])).toMatchObject({ status: 'queued', leased_until: null });
    const [{ seconds }] = await app.db.query<{ seconds: string }>(
      'SELECT extract(epoch FROM lease_until - claimed_at) AS seconds FROM notification_leases',
    );
    expect(Number(seconds)).toBeCloseTo(300, 0);
    const listed = await app.api.get('/notifications').query({ status: 'queued' }).expect(200);
    expect(listed.body.map((n: { leased_until: string | null }) => n.leased_until)).toEqual([null, lease.lease_until]);

    await expire(app, lease);
    expect((await show(app, ids[0])).leased_until).toBeNull();
  });

  it.each([
    ['paused', (id: string) => app.api.post(`/dispatches/${id}/pause`).expect(200)],
    ['cancelled', (id: string) => app.api.post(`/dispatches/${id}/cancel`).expect(200)],
    ['too late', (id: string) => app.db.query(`UPDATE dispatches SET not_after = now() WHERE id = $1`, [id])],
  ])('has nothing of a dispatch that is %s, whether new, lost or to be tried again', async (_, stop) => {
    const stopped = await dispatched(app, 3);
    await worker.failed((await worker.claim({ limit: 1 })).lease_token, stopped.ids.slice(0, 1), { retry_after_seconds: 0 });
    await app.db.query(`UPDATE notification_retries SET due_at = now() - interval '1 min'`);
    const retried = await worker.claim();
    expect(retried.notifications[0].attempt).toBe(2);
    await expire(app, retried);
    await expire(app, await worker.claim({ limit: 1 }));
    const other = await dispatched(app, 1);

    await stop(stopped.dispatch);

    expect((await worker.claim()).ids).toEqual(other.ids);
    expect(await worker.claim()).toMatchObject(nothing);
  });

  it('has what was paused once it goes on', async () => {
    const { dispatch, ids } = await dispatched(app, 2);
    await app.api.post(`/dispatches/${dispatch}/pause`).expect(200);
    await app.api.post(`/dispatches/${dispatch}/resume`).expect(200);
    expect((await worker.claim()).ids).toEqual(ids);
  });

  it('is refused where a field is wrong, by its name', async () => {
    const wrong: [body: object, pointer: string][] = [
      [{ limit: 0 }, '/limit'],
      [{ limit: 1001 }, '/limit'],
      [{ limit: '10' }, '/limit'],
      [{ limit: null }, '/limit'],
      [{ lease_seconds: 4 }, '/lease_seconds'],
      [{ lease_seconds: 601 }, '/lease_seconds'],
      [{ lease_seconds: 10.5 }, '/lease_seconds'],
      [{ channel: 'pigeon' }, '/channel'],
      [{ wait_seconds: 31 }, '/wait_seconds'],
      [{ wait_seconds: -1 }, '/wait_seconds'],
      [{ worker: 'two\nlines' }, '/worker'],
      [{ worker: 'x'.repeat(101) }, '/worker'],
      [{ batch: 10 }, '/batch'],
    ];
    for (const [body, pointer] of wrong)
      expect([body, refusalFault(await worker.call('claim', body), { status: 400, pointer })]).toEqual([body, undefined]);
  });

  it('is for workers and admins, and for nobody else', async () => {
    await dispatched(app, 2);
    const claimAs = (token?: string) => app.as(token).post('/notifications/claim').send({ limit: 1 });

    expect([(await claimAs(WORKER_TOKEN)).status, (await claimAs(ADMIN_TOKEN)).status]).toEqual([200, 200]);
    for (const verb of ['claim', 'settle', 'extend', 'release'])
      for (const token of [undefined, 'a-token-that-nobody-has'])
        expect((await app.as(token).post(`/notifications/${verb}`).send({})).status).toBe(401);
  });
});

describe('two claims', () => {
  it('at the same moment never have the same', async () => {
    const { ids } = await dispatched(app, 40);

    const leases = await Promise.all(Array.from({ length: 8 }, () => worker.claim({ limit: 5 })));

    expect(leases.flatMap((lease) => lease.ids).sort()).toEqual(ids);
  });

  it('with one Idempotency-Key are one, which shows what is open in it', async () => {
    const { ids } = await dispatched(app, 3);
    const key = randomUUID();
    const claim = () => worker.call('claim', { limit: 2 }).set('Idempotency-Key', key);

    const first = (await claim().expect(200)).body;
    const again = await claim().expect(200);
    await worker.sent(first.lease_token, [ids[0]]);
    const rest = (await claim().expect(200)).body;
    await worker.sent(first.lease_token, [ids[1]]);
    const over = await claim();

    expect(again.body).toEqual(first);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(rest).toEqual({ ...first, notifications: first.notifications.slice(1) });
    expect(refusalFault(over, { status: 409, type: 'lease-lost' })).toBeUndefined();
    expect((await worker.claim()).ids).toEqual([ids[2]]);
  });
});

it('eight workers empty three lanes, each notification once', async () => {
  const all = await dispatched(app, 10_500);
  const got: string[] = [];
  const work = async () => {
    for (;;) {
      const { lease_token, ids } = await worker.claim({ limit: 500 });
      if (ids.length === 0) return;
      got.push(...ids);
      expect(await worker.sent(lease_token, ids)).toMatchObject({ sent: ids.length, open: 0, rejected: [] });
    }
  };

  await Promise.all(Array.from({ length: 8 }, work));

  expect(got.sort()).toEqual([...all.ids].sort());
  expect(await reconcile(app, all)).toEqual({ sent: 10_500, failed: 0 });
  expect(await progressOf(app, all)).toEqual({ queued: 0, sent: 10_500, failed: 0, cancelled: 0 });
});
