import { DispatchesService } from '../src/campaigns/dispatch/dispatches.service';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app';
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
async function campaignTo(app: TestApp, customers: number, rules: object = {}) {
  const tag = `tag-${++serial}`;
  const ids = await crowd(app.db, customers, { tag });
  const segment = await app.make.segment({ preferences_contains: { tag } });
  return { ids, campaign: await app.make.campaign([segment], 'Hello', rules) };
}
const dispatch = (app: TestApp, campaign: { id: string }, body: object = {}) =>
  app.api.post(`/campaigns/${campaign.id}/dispatch`).send(body);
const nobodyReads = () => hold(live.db, 'LOCK TABLE users IN ACCESS EXCLUSIVE MODE');

describe('Prefer', () => {
  it.each([
    ['wait=0', 'wait=0'],
    ['respond-async', 'respond-async'],
    ['WAIT = "0"', 'wait=0'],
    ['handling=lenient, wait=0', 'wait=0'],
    ['respond-async; x=y', 'respond-async'],
    ['respond-async, wait=0', 'respond-async, wait=0'],
  ])('%j is answered at once, with what there is and where to look for the rest', async (prefer, applied) => {
    const { campaign } = await campaignTo(live, 3);
    const gate = await nobodyReads();
    const { body, headers } = await dispatch(live, campaign).set('Prefer', prefer).expect(202);

    expect(headers).toMatchObject({ location: `/dispatches/${body.id}`, 'preference-applied': applied });
    expect(body).toMatchObject({ status: 'resolving', matched: 0, queued: 0, resolved_at: null, finished_at: null });
    expect((await live.api.get(headers.location).expect(200)).body).toEqual(body);
    await gate.release();
    expect(await seen(live, body.id, 'dispatched')).toMatchObject({ matched: 3, queued: 3 });
  });

  it.each([
    ['wait=20', 'wait=20'],
    ['wait=100000', 'wait=60'],
    ['wait=20, wait=0', 'wait=20'],
    ['respond-async, wait=20', 'respond-async, wait=20'],
    ['wait=100; x=y, respond-async', 'respond-async, wait=60'],
  ])('%j waits for the end', async (prefer, applied) => {
    const { campaign } = await campaignTo(live, 3);
    const { body, headers } = await dispatch(live, campaign).set('Prefer', prefer).expect(200);
    expect(body).toMatchObject({ status: 'dispatched', queued: 3 });
    expect([headers['preference-applied'], headers.location]).toEqual([applied, undefined]);
  });

  it.each([
    '',
    'wait',
    'wait=',
    'wait=-1',
    'wait=1.5',
    'wait=soon',
    'waiting=0',
    'x-wait=0',
    'respond-async-now',
    'respond-async=1',
    'return=minimal',
    ',;=,',
  ])('%j is no preference that is known, and ignored', async (prefer) => {
    const { campaign } = await campaignTo(live, 1);
    const { body, headers } = await dispatch(live, campaign).set('Prefer', prefer).expect(200);
    expect([body.status, headers['preference-applied']]).toEqual(['dispatched', undefined]);
  });

  it('of a second is over before what takes longer', async () => {
    const { campaign } = await campaignTo(live, 1);
    const gate = await nobodyReads();
    const { body, headers } = await dispatch(live, campaign).set('Prefer', 'wait=1').expect(202);
    expect([body.status, headers['preference-applied']]).toEqual(['resolving', 'wait=1']);
    await gate.release();
    await seen(live, body.id, 'dispatched');
  });
});

describe('a dispatch that is asked for', () => {
  it('fifty times at once is one run', async () => {
    const { campaign, ids } = await campaignTo(live, 20);
    const gate = await nobodyReads();
    const asked = Array.from({ length: 50 }, () => dispatch(live, campaign).set('Prefer', 'wait=0'));
    const answers = await Promise.all(asked);
    await gate.release();

    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 202))
      expect(refusalFault(answer, { status: 409, type: 'dispatch-in-progress' })).toBeUndefined();
    const runs = (await live.api.get(`/campaigns/${campaign.id}/dispatches`)).body;
    expect(runs).toHaveLength(1);
    await seen(live, runs[0].id, 'dispatched');
    expect(await notified(live.db, { campaign: campaign.id })).toEqual(ids);
  });

  it('again with its Idempotency-Key is the same run and the same answer, while it runs and afterwards', async () => {
    const { campaign, ids } = await campaignTo(live, 3);
    const keyed = (prefer: string) =>
      dispatch(live, campaign).set({ 'Idempotency-Key': `the only dispatch of ${campaign.id}`, Prefer: prefer });
    const gate = await nobodyReads();
    const first = keyed('wait=60').then((answer) => answer);
    await gate.waitedForBy(1);
    const meanwhile = keyed('wait=60').then((answer) => answer);
    await gate.release();

    const answers = [await first, await meanwhile, await keyed('wait=60')];

    expect(answers.map(({ status, body }) => [status, body.status])).toEqual(Array(3).fill([200, 'dispatched']));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[2].headers).toMatchObject({ 'idempotency-replayed': 'true', 'preference-applied': 'wait=60' });
    expect((await live.api.get(`/campaigns/${campaign.id}/dispatches`)).body).toHaveLength(1);
    expect(await notified(live.db, { campaign: campaign.id })).toEqual(ids);
  });

  it('goes on when its caller leaves; nobody waits for it then, and no answer is kept', async () => {
    const { campaign, ids } = await campaignTo(live, 3);
    const asked = jest.spyOn(live.nest.get(DispatchesService), 'dispatch');
    const key = `the only dispatch of ${campaign.id}`;
    const gate = await nobodyReads();
    const caller = new AbortController();
    const call = fetch(`${live.url}/campaigns/${campaign.id}/dispatch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, prefer: 'wait=60', 'idempotency-key': key },
      signal: caller.signal,
    });
    await gate.waitedForBy(1);

    caller.abort();

    await expect(call).rejects.toThrow();
    await expect(asked.mock.results[0].value).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    asked.mockRestore();
    expect(await live.db.query('SELECT status FROM idempotency_keys WHERE key = $1', [key])).toEqual([{ status: null }]);
    await gate.release();
    const { body } = await dispatch(live, campaign).set('Idempotency-Key', key).expect(200);
    expect(body).toMatchObject({ status: 'dispatched', queued: 3 });
    expect(await notified(live.db, { campaign: campaign.id })).toEqual(ids);
  });

  it('with a key that was answered 202 is told so again; its address has what came of it', async () => {
    const { campaign } = await campaignTo(live, 3);
    const keyed = () =>
      dispatch(live, campaign).set({ 'Idempotency-Key': `the only dispatch of ${campaign.id}`, Prefer: 'wait=0' });
    const gate = await nobodyReads();
    const first = await keyed().expect(202);
    await gate.release();
    await seen(live, first.body.id, 'dispatched');

    const again = await keyed().expect(202);
    expect([again.text, again.headers.location]).toEqual([first.text, first.headers.location]);
  });
});

describe('not_after', () => {
  const pass = (id: string) => stepped.db.query('UPDATE dispatches SET not_after = now() WHERE id = $1', [id]);

  it('that has passed keeps a campaign from being dispatched, and from a dry run', async () => {
    const { campaign } = await campaignTo(live, 1);
    await live.db.query('UPDATE campaigns SET not_after = now() WHERE id = $1', [campaign.id]);
    for (const path of ['dispatch', 'dispatch?dry_run=true']) {
      const answer = await live.api.post(`/campaigns/${campaign.id}/${path}`);
      expect(refusalFault(answer, { status: 409, type: 'campaign-expired' })).toBeUndefined();
    }
    expect((await live.api.get(`/campaigns/${campaign.id}/dispatches`)).body).toEqual([]);
    const changes = { not_after: '2199-01-01T00:00:00Z' };
    await live.api.patch(`/campaigns/${campaign.id}`).set('If-Match', '*').send(changes).expect(200);
    const { body } = await dispatch(live, campaign).expect(200);
    expect(body).toMatchObject({ status: 'dispatched', rules: { not_after: '2199-01-01T00:00:00.000Z' } });
  });

  it('that passes cancels by itself what no worker has settled, of one that is dispatched or paused', async () => {
    const runs: string[] = [];
    const deadline = { not_after: '2199-01-01T00:00:00Z' };
    for (const pause of [false, true]) {
      const { campaign } = await campaignTo(live, 4, deadline);
      const { body } = await dispatch(live, campaign).expect(200);
      const [{ id }] = (await live.api.get('/notifications').query({ campaign_id: campaign.id })).body;
      await live.api.post(`/notifications/${id}/mark-sent`).expect(200);
      if (pause) await live.api.post(`/dispatches/${body.id}/pause`).expect(200);
      runs.push(body.id);
    }
    const settled = (await dispatch(live, (await campaignTo(live, 0, deadline)).campaign).expect(200)).body;

    await live.db.query(`UPDATE dispatches SET not_after = now() WHERE id = ANY ($1)`, [[...runs, settled.id]]);

    for (const id of runs)
      expect(await seen(live, id, 'cancelled')).toMatchObject({
        error: { type: 'campaign-expired', detail: expect.any(String) },
        progress: { queued: 0, sent: 1, failed: 0, cancelled: 3 },
      });
    expect((await look(live, settled.id)).status).toBe('dispatched'); // it was over before
  });

  it('that passes while it is written ends it there', async () => {
    const { campaign } = await campaignTo(stepped, 7_000, { not_after: '2199-01-01T00:00:00Z' });
    const id = await begin(stepped, campaign);
    await step(stepped, id);
    await step(stepped, id);
    await pass(id);

    await drain(stepped, id);

    expect(await look(stepped, id)).toMatchObject({
      status: 'cancelled',
      error: { type: 'campaign-expired' },
      queued: 5000,
      progress: { queued: 0, cancelled: 5000 },
    });
  });

  it('that passes while the audience is resolved lets nothing be written', async () => {
    const { campaign } = await campaignTo(stepped, 3, { not_after: '2199-01-01T00:00:00Z' });
    const id = await begin(stepped, campaign);
    await pass(id);
    await drain(stepped, id);
    expect(await look(stepped, id)).toMatchObject({ status: 'cancelled', error: { type: 'campaign-expired' }, queued: 0 });
    expect(await notified(stepped.db, { dispatch: id })).toEqual([]);
  });
});
