import { startApp, type TestApp } from './support/app';
import { type Dispatched, dispatched, progressOf, workerOf } from './support/delivery';
import { audienceOf, look } from './support/dispatching';
import { deliver, dispatchAgain, passDays, passMonths, retain, volumesOf, volumeTables } from './support/retention';

let app: TestApp;
let worker: ReturnType<typeof workerOf>;
beforeEach(async () => {
  app = await startApp();
  worker = workerOf(app);
});
afterEach(() => app.close());

describe('an old volume', () => {
  it('is named, with what is in it; without --apply nothing changes', async () => {
    const all = await dispatched(app, 3);
    await deliver(app, all);
    await passDays(app);

    const said = await retain(app, { apply: false });

    expect(said).toEqual([
      expect.stringMatching(
        /^notifications_volume_0: ids 0 to 999999, 1 dispatches, 3 notifications, 0.0 MB, over since 20.*Z; stays: it is written into$/,
      ),
      expect.stringMatching(/^notifications_volume_1: ids 1000000 to 1999999, 0 dispatches, .*; stays: it is ahead$/),
      expect.stringMatching(/^notifications_volume_2: /),
      'A new volume would be begun.',
      'Nothing was changed.',
    ]);
    expect(await volumesOf(app)).toHaveLength(3);
    expect((await dispatched(app, 1)).dispatch).toBe('2');
  });

  it('goes as a whole: no row of another is touched, and what was counted stays counted', async () => {
    const old = await dispatched(app, 4);
    await worker.failed((await worker.claim({ limit: 1 })).lease_token, old.ids.slice(0, 1), { retry: false });
    for (const id of old.ids.slice(1)) await app.api.post(`/notifications/${id}/mark-sent`).expect(200);
    const before = await look(app, old.dispatch);
    await passMonths(app);
    const recent = await dispatched(app, 3);
    const file = async () =>
      app.db.query(
        `SELECT pg_relation_filenode(c.oid), (SELECT array_agg(n.ctid || ' ' || n.xmin ORDER BY n.ctid) FROM notifications_volume_1 n) AS rows
         FROM pg_class c WHERE oid = 'notifications_volume_1'::regclass`,
      );
    const untouched = await file();

    expect(await retain(app)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^notifications_volume_0: .*; may go$/),
        'Archived 1 dispatches of notifications_volume_0',
        'Dropped notifications_volume_0',
      ]),
    );

    expect(await volumeTables(app)).toEqual(['notifications_volume_1', 'notifications_volume_2', 'notifications_volume_3']);
    expect(await file()).toEqual(untouched);
    expect(recent.dispatch).toBe('1000000');
    const { archived_at, ...after } = await look(app, old.dispatch);
    expect(archived_at).toEqual(expect.any(String));
    expect({ ...after, archived_at: null }).toEqual({
      ...before,
      created_at: after.created_at,
      resolved_at: after.resolved_at,
      finished_at: after.finished_at,
    });
    expect(
      await app.db.query(
        `SELECT dispatch_id FROM notification_leases UNION ALL SELECT dispatch_id FROM notification_attempts
         UNION ALL SELECT dispatch_id FROM notification_retries UNION ALL SELECT dispatch_id FROM dispatch_redrives`,
      ),
    ).toEqual([]);
    const { body } = await app.api.get('/audit?action=notifications.archived').expect(200);
    expect(body).toMatchObject([{ detail: { volume: 'notifications_volume_0', dispatches: 1, notifications: 4 } }]);
  });

  it('is in no list and in no count, and asked for by name it says what became of it', async () => {
    const old = await dispatched(app, 3);
    await deliver(app, old);
    await passMonths(app);
    const recent = await dispatched(app, 2);
    await retain(app);

    for (const query of [{}, { status: 'sent' }, { dispatch_id: old.dispatch }, { user_id: old.users[0] }]) {
      const { body, headers } = await app.api.get('/notifications').query(query).expect(200);
      expect([body.length, headers['x-total-count']]).toEqual(
        'status' in query || Object.keys(query).length ? [0, '0'] : [2, '2'],
      );
    }
    expect((await app.api.get('/notifications').expect(200)).body.map(({ id }: { id: string }) => id).sort()).toEqual(
      [...recent.ids].sort(),
    );
    const [id] = old.ids;
    for (const answer of [
      await app.api.get(`/notifications/${id}`).expect(404),
      await app.api.get(`/notifications/${id}/history`).expect(404),
      await app.api.post(`/notifications/${id}/mark-sent`).expect(404),
      await app.api.post(`/notifications/${id}/mark-failed`).expect(404),
    ])
      expect(answer.body.detail).toMatch(/^The notifications of its dispatch were archived at 20/);
    for (const answer of [
      await app.api.get(`/dispatches/${old.dispatch}/failures`).expect(409),
      await app.api.get(`/dispatches/${old.dispatch}/notifications.csv`).expect(409),
      await app.api.post(`/dispatches/${old.dispatch}/redrive`).send({}).expect(409),
      await app.api.post(`/dispatches/${old.dispatch}/pause`).expect(409),
    ])
      expect(answer.body.type).toMatch(/dispatch-over$/);
    expect((await app.api.get('/overview/attention').expect(200)).body).toEqual([]);
  });

  it('with --keep stays as a table, which nothing of the service reads', async () => {
    await deliver(app, await dispatched(app, 3));
    await passMonths(app);

    expect(await retain(app, { keep: true })).toContain(
      'Detached notifications_volume_0, which is now the table kept_notifications_volume_0',
    );

    expect(await app.db.query('SELECT count(*)::int FROM kept_notifications_volume_0')).toEqual([{ count: 3 }]);
    await retain(app);
    expect(await volumeTables(app)).toContain('kept_notifications_volume_0');
  });
});

describe('whom an archived dispatch reached', () => {
  /** Of six customers two were sent it, one failed, one was withheld, and two were spared by a cancellation. */
  async function halfCancelled() {
    const all = await dispatched(app, 6);
    const lease = await worker.claim({ limit: 3 });
    await worker.settle(lease.lease_token, {
      sent: lease.ids.slice(0, 2).map((id) => ({ id })),
      failed: [{ id: lease.ids[2], retry: false }],
    });
    await app.api.post('/suppressions').send({ user_id: all.users[3], reason: 'requested' }).expect(201);
    await worker.release((await worker.claim({ limit: 1 })).lease_token);
    await app.api.post(`/dispatches/${all.dispatch}/cancel`).expect(200);
    await app.db.query('DELETE FROM suppressions');
    return { ...all, reached: all.users.slice(0, 3), spared: all.users.slice(3) };
  }

  it('is reached by nobody twice, and those whom a cancellation spared are reached', async () => {
    const whole = await dispatched(app, 3);
    await deliver(app, whole);
    const half = await halfCancelled();
    expect(await progressOf(app, half)).toMatchObject({ sent: 2, failed: 1, cancelled: 3 });
    const [was, targeted] = [
      await audienceOf(app, half.dispatch),
      await audienceOf(app, half.dispatch, { reason: 'targeted' }),
    ];
    const results = (campaign: string) => app.api.get(`/campaigns/${campaign}/results`).expect(200);
    const figures = async () => ({ ...(await results(half.campaign)).body, as_of: undefined });
    await passMonths(app);
    const before = await figures();
    await retain(app);

    expect(await figures()).toEqual(before);
    expect(await audienceOf(app, half.dispatch)).toEqual(was);
    expect(await audienceOf(app, half.dispatch, { reason: 'targeted' })).toEqual(targeted);
    expect((await dispatchAgain(app, whole.campaign)).reached).toEqual([]);
    const { view, reached } = await dispatchAgain(app, half.campaign);
    expect(reached).toEqual(half.spared);
    expect(view).toMatchObject({ matched: 6, already_notified: 3, queued: 3 });
  });

  it('counts for the cap of others as before', async () => {
    const half = await halfCancelled();
    await passMonths(app);
    await retain(app);

    const others = await app.make.campaign([await segmentOf(half)], 'Hello', { frequency_cap: { max: 1, per_days: 7 } });

    expect((await dispatchAgain(app, others.id)).reached).toEqual(half.spared);
  });

  it('is given out and erased with the customer', async () => {
    const old = await dispatched(app, 2);
    await deliver(app, old);
    await passMonths(app);
    await retain(app);
    const recent = await dispatchAgain(app, (await app.make.campaign([await segmentOf(old)])).id);
    const [id] = old.users;

    const { body } = await app.api.get(`/customers/${id}/export`).expect(200);
    expect(body.notifications.map((one: { id: string }) => one.id)).toEqual([`${recent.view.id}:${id}`]);
    expect(body.audiences.map((one: { dispatch_id: string }) => one.dispatch_id)).toEqual([recent.view.id, old.dispatch]);
    const erased = await app.api.post(`/customers/${id}/erase`).expect(200);
    expect(erased.body).toMatchObject({ notifications_withdrawn: 1 });
  });
});

/** A segment of the same customers. */
async function segmentOf({ campaign }: Dispatched) {
  const { body } = await app.api.get(`/campaigns/${campaign}`).expect(200);
  return { id: body.segment_ids[0] as string };
}

describe('a volume stays', () => {
  const dispatchOf = (all: Dispatched) => `/dispatches/${all.dispatch}`;
  it.each<[string, RegExp, (all: Dispatched) => Promise<unknown>]>([
    ['while something is queued', /has something queued/, () => Promise.resolve()],
    ['while a dispatch is paused', /is paused/, (all) => app.api.post(`${dispatchOf(all)}/pause`).expect(200)],
    [
      'while something is to be tried again',
      /has something queued/,
      async (all) => worker.failed((await worker.claim()).lease_token, all.ids),
    ],
    [
      'while a worker has something that was cancelled',
      /has something in the hands of a worker/,
      async (all) => {
        await worker.claim();
        await app.api.post(`${dispatchOf(all)}/cancel`).expect(200);
      },
    ],
    [
      'where no audience was kept',
      /has no audience that was kept/,
      async (all) => {
        await deliver(app, all);
        await app.db.query('DELETE FROM dispatch_audience');
      },
    ],
  ])('%s', async (_, why, make) => {
    await make(await dispatched(app, 2));
    await passMonths(app);
    await stays(why);
  });

  it.each<[string, RegExp, string]>([
    ['until the end of a dispatch was announced', /has its end to be announced/, 'NULL'],
    ['until so many days have passed', /has not been over for so long/, 'now()'],
  ])('%s', async (_, why, announced) => {
    await deliver(app, await dispatched(app, 2));
    await passMonths(app);
    await app.nest.close(); // it announces
    await app.db.query(
      announced === 'NULL' ? 'UPDATE dispatches SET announced_at = NULL' : 'UPDATE dispatches SET announced_at = now()',
    );
    await stays(why);
  });

  async function stays(why: RegExp) {
    const said = await retain(app);

    expect(said[0]).toMatch(why);
    expect(await volumesOf(app)).toContain('notifications_volume_0');
    expect(await app.db.query('SELECT count(*)::int FROM notifications')).toEqual([{ count: 2 }]);
  }
});
