import { ADMIN_TOKEN, startApp, type TestApp, WORKER_TOKEN } from './support/app';
import { comeDue, dispatched, expire, forget, progressOf, reconcile, show, workerOf } from './support/delivery';
import { refusalFault } from './support/refusal';

let app: TestApp;
let worker: ReturnType<typeof workerOf>;
beforeAll(async () => {
  app = await startApp();
  worker = workerOf(app);
});
beforeEach(() => forget(app));
afterAll(() => app.close());

const give = (ids: string[], error: string) => ids.map((id) => ({ id, error, retry: false }));
const historyOf = async (id: string) =>
  (await app.as(WORKER_TOKEN).get(`/notifications/${id}/history`).expect(200)).body as Record<string, unknown>[];
const told = async (id: string) =>
  (await historyOf(id)).map(({ attempt, worker, outcome, error }) => [attempt, worker, outcome, error]);

describe('failures', () => {
  it('are grouped by why, the commonest first, with examples', async () => {
    const { dispatch, ids } = await dispatched(app, 7);
    const { lease_token } = await worker.claim({ limit: 7 });
    await worker.settle(lease_token, {
      sent: [{ id: ids[6] }],
      failed: [...give(ids.slice(0, 4), 'no such mailbox'), ...give([ids[4]], 'blocked'), { id: ids[5], error: 'blocked' }],
    });

    const groups = (await app.api.get(`/dispatches/${dispatch}/failures`).expect(200)).body;

    expect(groups).toMatchObject([
      { error: 'no such mailbox', failed: 4, retrying: 0, examples: ids.slice(0, 3) },
      { error: 'blocked', failed: 1, retrying: 1, examples: [ids[4], ids[5]] },
    ]);
    expect(groups[0].first_at).toBe((await show(app, ids[0])).updated_at);
  });

  it('are none where nothing failed, and of no dispatch that is not there', async () => {
    const { dispatch } = await dispatched(app, 1);
    expect((await app.api.get(`/dispatches/${dispatch}/failures`).expect(200)).body).toEqual([]);
    for (const id of ['999999', 'x', '0'])
      expect(
        refusalFault(await app.api.get(`/dispatches/${id}/failures`), { status: 404, type: 'dispatch-not-found' }),
      ).toBeUndefined();
  });
});

describe('redrive', () => {
  it('tries everything again that was given up, once for a key, and says who asked', async () => {
    const all = await dispatched(app, 3);
    const first = await worker.claim();
    await worker.settle(first.lease_token, {
      sent: [{ id: all.ids[2] }],
      failed: give(all.ids.slice(0, 2), 'provider down'),
    });
    const redrive = () =>
      app.api.post(`/dispatches/${all.dispatch}/redrive`).set('Idempotency-Key', 'a-redrive-of-the-test').send();

    const [one, again] = [await redrive(), await redrive()];

    expect([one.body, again.body]).toEqual([{ redriven: 2 }, { redriven: 2 }]);
    expect(await progressOf(app, all)).toEqual({ queued: 2, sent: 1, failed: 0, cancelled: 0 });
    const second = await worker.claim();
    expect(second.ids).toEqual(all.ids.slice(0, 2));
    await worker.sent(second.lease_token, second.ids);
    expect(await reconcile(app, all)).toEqual({ sent: 3, failed: 0 });
    const [{ requested_by, redriven }] = await app.db.query('SELECT requested_by, redriven FROM dispatch_redrives');
    expect(redriven).toBe(2);
    expect((await told(all.ids[0])).map(([, , outcome]) => outcome)).toEqual(['failed', 'redriven', 'sent']);
    expect((await told(all.ids[0]))[1][1]).toBe(requested_by);
  });

  it('tries only what failed for one reason', async () => {
    const all = await dispatched(app, 3);
    const { lease_token } = await worker.claim();
    await worker.settle(lease_token, {
      failed: [...give([all.ids[0]], 'blocked'), { id: all.ids[1], retry: false }, ...give([all.ids[2]], 'full')],
    });

    const redrive = async (error: string | null) =>
      (await app.api.post(`/dispatches/${all.dispatch}/redrive`).send({ error }).expect(200)).body.redriven;

    expect([await redrive('none such'), await redrive('full'), await redrive(null)]).toEqual([0, 1, 1]);
    expect(await progressOf(app, all)).toMatchObject({ queued: 2, failed: 1 });
    expect((await show(app, all.ids[0])).status).toBe('failed');
  });

  it('is no first attempt: an earlier worker may have sent it', async () => {
    const { dispatch, ids } = await dispatched(app, 1);
    await worker.failed((await worker.claim()).lease_token, ids);
    await comeDue(app);
    await worker.settle((await worker.claim()).lease_token, { failed: give(ids, 'blocked') });
    await app.api.post(`/dispatches/${dispatch}/redrive`).expect(200);

    const { lease_token, notifications } = await worker.claim();

    expect(notifications.map(({ attempt }) => attempt)).toEqual([3]);
    await worker.sent(lease_token, ids);
    expect((await told(ids[0])).map(([attempt, , outcome]) => [attempt, outcome])).toEqual([
      [1, 'retry'],
      [2, 'failed'],
      [2, 'redriven'],
      [3, 'sent'],
    ]);
  });

  it('begins the count of failures anew', async () => {
    const { dispatch, ids } = await dispatched(app, 1);
    await worker.settle((await worker.claim()).lease_token, { failed: give(ids, 'blocked') });
    await app.api.post(`/dispatches/${dispatch}/redrive`).expect(200);

    for (let i = 0; i < 4; i++) {
      await comeDue(app);
      expect(await worker.failed((await worker.claim()).lease_token, ids)).toMatchObject({ retrying: 1, failed: 0 });
    }
    await comeDue(app);
    expect(await worker.failed((await worker.claim()).lease_token, ids)).toMatchObject({ retrying: 0, failed: 1 });
  });

  it('is refused of what is cancelled or may not be sent any more, and changes nothing', async () => {
    const all = await dispatched(app, 2);
    await worker.settle((await worker.claim({ limit: 1 })).lease_token, { failed: give([all.ids[0]], 'blocked') });
    await app.db.query(`UPDATE dispatches SET not_after = now() - interval '1 s' WHERE id = $1`, [all.dispatch]);
    const late = await app.api.post(`/dispatches/${all.dispatch}/redrive`);
    await app.api.post(`/dispatches/${all.dispatch}/cancel`);
    const cancelled = await app.api.post(`/dispatches/${all.dispatch}/redrive`);

    expect(['campaign-expired', 'dispatch-over']).toContain(late.body.type.split(':').at(-1));
    expect(refusalFault(cancelled, { status: 409, type: 'dispatch-over' })).toBeUndefined();
    expect((await show(app, all.ids[0])).status).toBe('failed');
  });

  it('is an admin’s', async () => {
    const { dispatch } = await dispatched(app, 1);
    await app.as(WORKER_TOKEN).post(`/dispatches/${dispatch}/redrive`).expect(403);
    await app.as(ADMIN_TOKEN).post(`/dispatches/${dispatch}/redrive`).expect(200);
  });
});

describe('the history of a notification', () => {
  it('has every attempt: when, who, and what came of it', async () => {
    const { ids } = await dispatched(app, 2);
    const [id] = ids;
    await expire(app, await worker.claim({ worker: 'lost-one' }));
    await worker.failed((await worker.claim({ worker: 'second' })).lease_token, [id], { error: 'greylisted' });
    await comeDue(app);
    const third = await worker.claim({ worker: 'third', limit: 1 });
    expect(await told(id)).toEqual([
      [1, 'lost-one', 'lost', null],
      [2, 'second', 'retry', 'greylisted'],
      [3, 'third', 'leased', null],
    ]);
    await worker.sent(third.lease_token, [id]);

    const history = await historyOf(id);
    expect(history.map(({ worker, outcome }) => [worker, outcome])).toEqual([
      ['lost-one', 'lost'],
      ['second', 'retry'],
      ['third', 'sent'],
    ]);
    for (const { claimed_at, ended_at } of history) expect(String(ended_at) >= String(claimed_at)).toBe(true);
    expect(history[1].retry_at).not.toBeNull();
    expect((await told(ids[1])).map(([, who, outcome]) => [who, outcome])).toEqual([
      ['lost-one', 'lost'],
      ['second', 'leased'],
    ]);
  });

  it('knows what was released, withheld, and settled by name', async () => {
    const all = await dispatched(app, 3);
    await worker.release((await worker.claim({ worker: 'leaving' })).lease_token);
    await app.api.post('/suppressions').send({ user_id: all.users[0], reason: 'complained' }).expect(201);
    await worker.claim({ worker: 'next', limit: 2 });
    await app.as(WORKER_TOKEN).post(`/notifications/${all.ids[2]}/mark-sent`).expect(200);

    expect((await told(all.ids[0])).map(([, , outcome]) => outcome)).toEqual(['released', 'withheld']);
    expect((await told(all.ids[1])).map(([, who, outcome]) => [who, outcome])).toEqual([
      ['leaving', 'released'],
      ['next', 'leased'],
    ]);
    expect((await told(all.ids[2])).slice(1)).toEqual([
      [1, 'next', 'overtaken', null],
      [1, expect.stringMatching(/^token:/), 'sent', null],
    ]);
  });

  it('is empty until somebody has it, and of none that is not there', async () => {
    const { ids } = await dispatched(app, 1);
    expect(await historyOf(ids[0])).toEqual([]);
    const none = await app.api.get('/notifications/1:00000000-0000-0000-0000-000000000000/history');
    expect(refusalFault(none, { status: 404, type: 'notification-not-found' })).toBeUndefined();
  });
});

describe('who got it', () => {
  it('is a line a notification, by customer, or those in one status', async () => {
    const all = await dispatched(app, 2500);
    const { lease_token } = await worker.claim({ limit: 3 });
    await worker.settle(lease_token, { sent: [{ id: all.ids[0] }], failed: give([all.ids[1]], '=1+1') });
    const lines = async (query = {}) => {
      const answer = await app.api.get(`/dispatches/${all.dispatch}/notifications.csv`).query(query).expect(200);
      expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
      return answer.text.trimEnd().split('\n');
    };

    const [header, ...every] = await lines();

    expect(header).toBe('id,user_id,status,attempts,settled_at,error');
    expect(every.map((line) => line.split(',')[0])).toEqual(all.ids);
    expect(every[1]).toMatch(new RegExp(`^${all.ids[1]},${all.users[1]},failed,1,20.*Z,'=1\\+1$`));
    expect((await lines({ status: 'sent' })).slice(1).map((line) => line.split(',')[0])).toEqual([all.ids[0]]);
    expect(await lines({ status: 'cancelled' })).toEqual([header]);
    await app.api.get('/dispatches/999999/notifications.csv').expect(404);
  });
});
