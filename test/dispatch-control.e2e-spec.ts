import { startApp, type TestApp } from './support/app';
import { begin, crowd, drain, look, notified, seen, step } from './support/dispatching';
import { hold, releaseAll } from './support/hold';
import { refusalFault } from './support/refusal';

/** `live` dispatches by itself; of `stepped` the tests make every step. */
let live: TestApp;
let stepped: TestApp;
beforeAll(async () => {
  live = await startApp();
  stepped = await startApp({ ROLES: ['api'] });
});
afterEach(releaseAll);
afterAll(async () => {
  await live.close();
  await stepped.close();
});

let serial = 0;
/** A campaign to so many customers of its own. */
async function campaignTo(app: TestApp, customers: number) {
  const tag = `tag-${++serial}`;
  const ids = await crowd(app.db, customers, { tag });
  return { tag, ids, campaign: await app.make.campaign([await app.make.segment({ preferences_contains: { tag } })]) };
}
const move = (app: TestApp, id: string, to: string) => app.api.post(`/dispatches/${id}/${to}`);
const NOTHING = { queued: 0, sent: 0, failed: 0, cancelled: 0 };

/** What a list of notifications says. */
async function listed(app: TestApp, query: object): Promise<{ total: number; ids: string[] }> {
  const { body, headers } = await app.api.get('/notifications').query(query).expect(200);
  return { total: Number(headers['x-total-count']), ids: body.map(({ id }: { id: string }) => id) };
}

describe('pause', () => {
  it('ends the statement that resolves the audience; resume begins it anew', async () => {
    const { campaign, ids } = await campaignTo(live, 3);
    const gate = await hold(live.db, 'LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
    const id = await begin(live, campaign);
    await gate.waitedForBy(1);

    const paused = await move(live, id, 'pause').expect(200);
    await gate.waitedForBy(0);
    await gate.release();

    expect(paused.body).toMatchObject({ status: 'paused', resolved_at: null, matched: 0, progress: NOTHING });
    // whoever works has been here again when the dispatch after this one is done
    const other = await campaignTo(live, 1);
    await live.api.post(`/campaigns/${other.campaign.id}/dispatch`).expect(200);
    expect(await look(live, id)).toEqual(paused.body);

    expect((await move(live, id, 'resume').expect(200)).body.status).toBe('resolving');
    expect(await seen(live, id, 'dispatched')).toMatchObject({ matched: 3, queued: 3 });
    expect(await notified(live.db, { dispatch: id })).toEqual(ids);
  });

  it('answers at once while the audience is resolved, and keeps a second dispatch out', async () => {
    const { campaign } = await campaignTo(live, 1);
    const gate = await hold(live.db, 'LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
    const waitsForIt = live.api
      .post(`/campaigns/${campaign.id}/dispatch`)
      .set('Prefer', 'wait=60')
      .then((answer) => answer);
    await gate.waitedForBy(1);
    const [{ id }] = (await live.api.get(`/campaigns/${campaign.id}/dispatches`).expect(200)).body;

    await move(live, id, 'pause').expect(200);

    expect(await waitsForIt).toMatchObject({ status: 200, body: { id, status: 'paused' } }); // nothing to wait for any more
    const second = await live.api.post(`/campaigns/${campaign.id}/dispatch`);
    expect(refusalFault(second, { status: 409, type: 'dispatch-in-progress' })).toBeUndefined();
    await gate.release();
    await move(live, id, 'cancel').expect(200);
  });

  it('stops between two chunks; resume goes on there, and sends nothing again', async () => {
    const { campaign, ids } = await campaignTo(stepped, 12_000);
    const id = await begin(stepped, campaign);
    await step(stepped, id);
    await step(stepped, id);
    const [first] = (await listed(stepped, { campaign_id: campaign.id, limit: 1 })).ids;
    await stepped.api.post(`/notifications/${first}/mark-sent`).expect(200);

    const paused = (await move(stepped, id, 'pause').expect(200)).body;
    expect(await step(stepped, id)).toBe('idle');

    expect(paused).toMatchObject({ status: 'paused', matched: 12_000, targeted: 12_000, queued: 5000 });
    expect(paused.progress).toEqual({ ...NOTHING, queued: 4999, sent: 1 });
    expect(await look(stepped, id)).toEqual(paused);
    expect((await move(stepped, id, 'resume').expect(200)).body.status).toBe('writing');
    await drain(stepped, id);
    expect(await look(stepped, id)).toMatchObject({ status: 'dispatched', queued: 12_000 });
    expect(await notified(stepped.db, { dispatch: id })).toEqual(ids);
    expect((await stepped.api.get(`/notifications/${first}`)).body).toMatchObject({ status: 'sent', attempts: 1 });
  });

  it('hides what is written from whoever looks for work, until it is resumed; what is under way may still be settled', async () => {
    const { campaign } = await campaignTo(stepped, 4);
    const other = await campaignTo(stepped, 1);
    for (const one of [campaign, other.campaign]) await drain(stepped, await begin(stepped, one));
    const [{ id }] = (await stepped.api.get(`/campaigns/${campaign.id}/dispatches`)).body;
    const all = (await listed(stepped, { campaign_id: campaign.id })).ids;
    const before = (await listed(stepped, { status: 'queued' })).total;

    expect((await move(stepped, id, 'pause').expect(200)).body).toMatchObject({ status: 'paused', queued: 4 });

    expect(await listed(stepped, { status: 'queued', campaign_id: campaign.id })).toEqual({ total: 0, ids: [] });
    const [user_id] = all[0].split(':').slice(1);
    expect(await listed(stepped, { status: 'queued', user_id })).toEqual({ total: 0, ids: [] });
    expect((await listed(stepped, { status: 'queued' })).total).toBe(before - 4);
    expect(await listed(stepped, { campaign_id: campaign.id })).toEqual({ total: 4, ids: all });
    const sent = await stepped.api.post(`/notifications/${all[0]}/mark-sent`).expect(200);
    expect(sent.body.status).toBe('sent');

    expect((await move(stepped, id, 'resume').expect(200)).body).toMatchObject({ status: 'dispatched', queued: 4 });
    expect(await listed(stepped, { status: 'queued', campaign_id: campaign.id })).toEqual({ total: 3, ids: all.slice(1) });
  });

  it('holds every finished dispatch of a campaign that is asked to, not only one', async () => {
    const { campaign, tag } = await campaignTo(stepped, 2);
    const runs: string[] = [];
    for (let i = 0; i < 2; i++) {
      runs.push(await begin(stepped, campaign));
      await drain(stepped, runs[i]);
      await crowd(stepped.db, 2, { tag });
    }
    for (const id of runs) expect((await move(stepped, id, 'pause').expect(200)).body.status).toBe('paused');
    expect((await listed(stepped, { status: 'queued', campaign_id: campaign.id })).total).toBe(0);
    const third = await stepped.api.post(`/campaigns/${campaign.id}/dispatch`);
    expect(refusalFault(third, { status: 409, type: 'dispatch-in-progress' })).toBeUndefined();

    for (const id of runs) expect((await move(stepped, id, 'resume').expect(200)).body.status).toBe('dispatched');
    expect((await listed(stepped, { status: 'queued', campaign_id: campaign.id })).total).toBe(4);
  });

  it('holds a finished dispatch while the next one is under way', async () => {
    const { campaign, tag } = await campaignTo(stepped, 2);
    const first = await begin(stepped, campaign);
    await drain(stepped, first);
    await crowd(stepped.db, 1, { tag });
    const second = await begin(stepped, campaign);

    expect((await move(stepped, first, 'pause').expect(200)).body.status).toBe('paused');

    await drain(stepped, second);
    expect(await look(stepped, second)).toMatchObject({ status: 'dispatched', queued: 1 });
    expect((await move(stepped, first, 'resume').expect(200)).body.status).toBe('dispatched');
  });
});

describe('cancel', () => {
  it('ends the statement that resolves the audience, for good', async () => {
    const { campaign } = await campaignTo(live, 3);
    const gate = await hold(live.db, 'LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
    const id = await begin(live, campaign);
    await gate.waitedForBy(1);
    const cancelled = (await move(live, id, 'cancel').expect(200)).body;
    await gate.waitedForBy(0);
    await gate.release();

    expect(cancelled).toMatchObject({ status: 'cancelled', error: null, matched: 0, queued: 0, progress: NOTHING });
    expect(cancelled.finished_at).not.toBeNull();
    const again = await live.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200);
    expect(again.body).toMatchObject({ matched: 3, queued: 3, already_notified: 0 });
    expect(await look(live, id)).toEqual(cancelled);
  });

  it.each(['writing', 'paused'])('withdraws what is written of one that is %s, and writes no more', async (status) => {
    const { campaign, ids } = await campaignTo(stepped, 7_000);
    const id = await begin(stepped, campaign);
    await step(stepped, id);
    await step(stepped, id);
    if (status === 'paused') await move(stepped, id, 'pause').expect(200);
    const [sent, failed, ...others] = (await listed(stepped, { campaign_id: campaign.id, limit: 4 })).ids;
    await stepped.api.post(`/notifications/${sent}/mark-sent`).expect(200);
    await stepped.api.post(`/notifications/${failed}/mark-failed`).expect(200);

    const cancelled = (await move(stepped, id, 'cancel').expect(200)).body;
    await drain(stepped, id);

    expect(cancelled).toMatchObject({ status: 'cancelled', matched: 7000, targeted: 7000, queued: 5000 });
    expect(cancelled.progress).toEqual({ queued: 0, sent: 1, failed: 1, cancelled: 4998 });
    expect(await look(stepped, id)).toEqual(cancelled);
    expect((await listed(stepped, { campaign_id: campaign.id, status: 'cancelled', limit: 1 })).total).toBe(4998);
    expect((await listed(stepped, { campaign_id: campaign.id, status: 'queued', limit: 1 })).total).toBe(0);
    expect((await stepped.api.get(`/notifications/${others[0]}`)).body.status).toBe('cancelled');

    // a worker had it before: what it says is true, and counts
    expect((await stepped.api.post(`/notifications/${others[0]}/mark-sent`).expect(200)).body.status).toBe('sent');
    await stepped.api.post(`/notifications/${others[1]}/mark-failed`).expect(200);
    expect((await look(stepped, id)).progress).toEqual({ queued: 0, sent: 2, failed: 2, cancelled: 4996 });

    const again = await begin(stepped, campaign);
    await drain(stepped, again);
    expect(await look(stepped, again)).toMatchObject({ matched: 7000, already_notified: 4, queued: 6996 });
    const had = new Set([sent, failed, ...others].map((one) => one.split(':')[1]));
    expect(await notified(stepped.db, { dispatch: again })).toEqual(ids.filter((user) => !had.has(user)));
  });

  it('withdraws what no worker has settled of one that is dispatched', async () => {
    const { campaign, tag } = await campaignTo(stepped, 5);
    const id = await begin(stepped, campaign);
    await drain(stepped, id);
    const all = (await listed(stepped, { campaign_id: campaign.id })).ids;
    await stepped.api.post(`/notifications/${all[4]}/mark-sent`).expect(200);
    const { finished_at } = await look(stepped, id);

    const answer = await move(stepped, id, 'cancel').expect(200);

    expect(answer.body).toMatchObject({ status: 'cancelled', queued: 5, finished_at });
    expect(answer.body.progress).toEqual({ queued: 0, sent: 1, failed: 0, cancelled: 4 });
    expect(await listed(stepped, { campaign_id: campaign.id, status: 'cancelled' })).toEqual({
      total: 4,
      ids: all.slice(0, 4),
    });
    await crowd(stepped.db, 1, { tag });
    const again = await begin(stepped, campaign);
    await drain(stepped, again);
    expect(await look(stepped, again)).toMatchObject({ matched: 6, already_notified: 1, queued: 5 });
  });
});
