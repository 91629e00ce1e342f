import { ADMIN_TOKEN, startApp, type TestApp } from './support/app';
import { begin, crowd, drain, look, notified, seen, step } from './support/dispatching';
import { eventually } from './support/eventually';
import { hold, releaseAll } from './support/hold';

/** Only answers; who dispatches is another replica's matter, or a test's. */
let api: TestApp;
beforeEach(async () => void (api = await startApp({ ROLES: ['api'] })));
afterEach(async () => {
  await releaseAll();
  await api.close();
});
const replica = (roles: TestRoles) => startApp({ DATABASE_URL: api.db.url, ROLES: roles });
type TestRoles = ('api' | 'dispatcher')[];

async function campaignTo(customers: number) {
  const ids = await crowd(api.db, customers);
  return { ids, campaign: await api.make.campaign([await api.make.segment({})]) };
}
const dispatch = (campaign: { id: string }) => api.api.post(`/campaigns/${campaign.id}/dispatch`).set('Prefer', 'wait=60');

describe('a replica', () => {
  it('that only answers leaves the work to one that dispatches, and waits for its end', async () => {
    const { campaign, ids } = await campaignTo(3);
    const id = await begin(api, campaign); // before anybody is there to do it
    const dispatcher = await replica(['dispatcher']);
    expect(await seen(api, id, 'dispatched')).toMatchObject({ queued: 3 });
    expect(await notified(api.db, { dispatch: id })).toEqual(ids);

    const again = await dispatch(campaign).expect(200);
    expect(again.body).toMatchObject({ status: 'dispatched', already_notified: 3 });
    await dispatcher.close();
  });

  it('that does not answer is asked for its health, and for nothing else', async () => {
    const dispatcher = await replica(['dispatcher']);
    const ask = async (path: string, init?: RequestInit) =>
      (await fetch(dispatcher.url + path, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` }, ...init })).status;

    expect([await ask('/health'), await ask('/health/ready')]).toEqual([200, 200]);
    for (const path of [
      '/',
      '/segments',
      '/campaigns',
      '/notifications',
      '/dispatches/1',
      '/docs',
      '/openapi.json',
      '/healthy',
    ])
      expect([path, await ask(path)]).toEqual([path, 404]);
    expect(await ask('/segments', { method: 'POST' })).toBe(404);
    await dispatcher.close();
  });

  it('that is stopped between two chunks leaves the rest to another', async () => {
    const { campaign, ids } = await campaignTo(20_000);
    // whoever comes to write the third lane waits until it may
    await api.db.query(`
      CREATE FUNCTION crm.wait_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(4); RETURN NEW; END $$;
      CREATE TRIGGER wait_here BEFORE INSERT ON crm.dispatch_lanes FOR EACH ROW WHEN (NEW.lane_no = 2) EXECUTE FUNCTION crm.wait_here()`);
    const gate = await hold(api.db, 'SELECT pg_advisory_xact_lock(4)');
    const first = await replica(['dispatcher']);
    const id = await begin(api, campaign);
    await gate.waitedForBy(1);

    const closed = first.close();
    await gate.release();
    await closed;

    expect(await look(api, id)).toMatchObject({ status: 'writing', matched: 20_000, queued: 15_000 });
    const second = await replica(['dispatcher']);
    expect(await seen(api, id, 'dispatched')).toMatchObject({ queued: 20_000 });
    expect(await notified(api.db, { dispatch: id })).toEqual(ids);
    await second.close();
  });

  it('that is stopped while it resolves an audience does not wait for that, and leaves it to another', async () => {
    const { campaign, ids } = await campaignTo(3);
    const gate = await hold(api.db, 'LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
    const first = await replica(['dispatcher']);
    const id = await begin(api, campaign);
    await gate.waitedForBy(1);

    await first.close();

    expect(await look(api, id)).toMatchObject({ status: 'resolving' });
    await gate.waitedForBy(0);
    await gate.release();
    const second = await replica(['dispatcher']);
    await seen(api, id, 'dispatched');
    expect(await notified(api.db, { dispatch: id })).toEqual(ids);
    await second.close();
  });

  it('works on a dispatch beside others: chunks and ends are nobody’s twice', async () => {
    const { campaign, ids } = await campaignTo(12_000);
    const others = [await replica(['api']), await replica(['api'])];
    const id = await begin(api, campaign);

    await Promise.all([api, ...others, api, ...others].map((app) => drain(app, id)));

    expect(await look(api, id)).toMatchObject({ status: 'dispatched', queued: 12_000 });
    expect(await notified(api.db, { dispatch: id })).toEqual(ids);
    for (const other of others) await other.close();
  });
});

describe('moves at any moment, while two replicas write and a worker settles', () => {
  it('lose nobody and reach nobody twice', async () => {
    const { campaign, ids } = await campaignTo(20_000);
    const replicas = [await replica(['api', 'dispatcher']), await replica(['api', 'dispatcher'])];
    const move = (to: string, id: string, i: number) => replicas[i % 2].api.post(`/dispatches/${id}/${to}`).expect(200);
    const settleOne = async () => {
      const [found] = (await api.api.get('/notifications').query({ status: 'queued', limit: 1, total: false })).body;
      if (found) await api.api.post(`/notifications/${found.id}/mark-sent`).expect(200);
    };

    const ROUNDS = 12;
    let last = '';
    for (let round = 0; round < ROUNDS; round++) {
      last = await begin(replicas[round % 2], campaign);
      const lanes = round % 4; // from before the audience is resolved to when most is written
      await eventually(async () => expect((await look(api, last)).queued).toBeGreaterThanOrEqual(lanes * 4000));
      for (let i = 0; i <= round % 3; i++) {
        await Promise.all([move('pause', last, i), move('resume', last, i + 1), settleOne()]);
        await move('resume', last, i);
      }
      if (round < ROUNDS - 1) await Promise.all([move('cancel', last, round), settleOne()]);
    }
    await seen(api, last, 'dispatched');
    for (const one of replicas) await one.close();

    const reached = await api.db.query<{ user_id: string }>(
      `SELECT n.user_id FROM notifications n JOIN dispatch_lanes l USING (dispatch_id, lane_no)
       WHERE l.cancelled = 0 OR n.state IN (2, 3) ORDER BY 1`,
    );
    expect(reached.map(({ user_id }) => user_id)).toEqual(ids);
    const runs = (await api.api.get(`/campaigns/${campaign.id}/dispatches`).expect(200)).body;
    expect(runs.map(({ status }: { status: string }) => status)).toEqual([
      'dispatched',
      ...Array(ROUNDS - 1).fill('cancelled'),
    ]);
    for (const { matched, targeted, reasons, queued, progress } of runs) {
      expect(matched).toBe(targeted + Object.values<number>(reasons).reduce((sum, one) => sum + one, 0));
      expect(queued).toBe(progress.queued + progress.sent + progress.failed + progress.cancelled);
    }
    expect(runs.some(({ progress }: { progress: { sent: number } }) => progress.sent > 0)).toBe(true);
  }, 120_000);
});

describe('a dispatch whose rows are not those it wrote', () => {
  it.each([
    [
      'a notification is gone',
      'DELETE FROM notifications WHERE dispatch_id = $1 AND user_id = (SELECT min(user_id::text)::uuid FROM notifications)',
    ],
    ['one too many is there', `INSERT INTO notifications (dispatch_id, user_id, lane_no) VALUES ($1, gen_random_uuid(), 0)`],
    ['a lane counts otherwise', 'UPDATE dispatch_lanes SET total = total + 1 WHERE dispatch_id = $1 AND lane_no = 0'],
    ['its figures are changed', 'UPDATE dispatches SET matched = matched + 1 WHERE id = $1'],
  ])('because %s fails, says so, and is withdrawn', async (_, statement) => {
    const { campaign } = await campaignTo(6_000);
    const id = await begin(api, campaign);
    await step(api, id);
    await step(api, id);
    await api.api.post(`/dispatches/${id}/pause`).expect(200);
    await api.db.query(statement, [id]);
    await api.api.post(`/dispatches/${id}/resume`).expect(200);

    await drain(api, id);

    expect(await look(api, id)).toMatchObject({
      status: 'failed',
      queued: 6_000,
      error: { type: 'internal-error', detail: expect.stringContaining('changed from outside') },
    });
    const waiting = await api.api.get('/notifications').query({ status: 'queued' }).expect(200);
    expect([waiting.body, waiting.headers['x-total-count']]).toEqual([[], '0']); // nothing of it is handed out
  });

  it('is a 500 to whoever waits for it', async () => {
    const { campaign } = await campaignTo(3);
    await api.db.query(`
      CREATE FUNCTION crm.lose_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM crm.notifications WHERE ctid = (SELECT min(ctid) FROM crm.notifications); RETURN NULL; END $$;
      CREATE TRIGGER lose_one AFTER INSERT ON crm.dispatch_lanes EXECUTE FUNCTION crm.lose_one()`);
    const dispatcher = await replica(['dispatcher']);
    const { body } = await dispatch(campaign).expect(500);
    expect(body.detail).toContain('changed from outside');
    await dispatcher.close();
  });
});
