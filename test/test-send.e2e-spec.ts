import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from './support/app';
import { audienceOf, crowd, look, notified } from './support/dispatching';
import { refusalFault } from './support/refusal';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());

const testSend = (campaign: { id: string }, ...user_ids: string[]) =>
  app.api.post(`/campaigns/${campaign.id}/test-send`).send({ user_ids });
const dispatch = async (campaign: { id: string }) =>
  (await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200)).body;

let serial = 0;
async function campaignTo(customers: number, rules: object = {}) {
  const tag = `tag-${++serial}`;
  const ids = await crowd(app.db, customers, { tag });
  const segment = await app.make.segment({ preferences_contains: { tag } });
  return { ids, campaign: await app.make.campaign([segment], 'Hello {{ user_id }}', { title: 'Look', ...rules }) };
}

describe('a test send', () => {
  it('goes to those who are named and nobody else, whether the campaign would reach them or not', async () => {
    const { campaign, ids } = await campaignTo(5);
    const stranger = await app.make.customer({ is_active: null });

    const { body } = await testSend(campaign, ids[1].toUpperCase(), stranger.id).expect(200);

    expect(body).toMatchObject({ kind: 'test', status: 'dispatched', matched: 2, targeted: 2, queued: 2, title: 'Look' });
    expect(await notified(app.db, { campaign: campaign.id })).toEqual([ids[1], stranger.id].sort());
    const list = await app.api.get('/notifications').query({ status: 'queued', campaign_id: campaign.id }).expect(200);
    expect(list.body.map((one: { user_id: string; message: string }) => [one.user_id, one.message])).toEqual(
      [ids[1], stranger.id]
        .sort()
        .reverse()
        .map((id) => [id, `Hello ${id}`]),
    );
  });

  it('never counts as the campaign: not as had before, nor in caps, nor as a run under way', async () => {
    const { campaign, ids } = await campaignTo(3, { frequency_cap: { max: 1, per_days: 365 }, holdout_percent: 0 });
    for (let i = 0; i < 3; i++) {
      const { body } = await testSend(campaign, ids[0]).expect(200);
      await app.api.post(`/notifications/${body.id}:${ids[0]}/mark-sent`).expect(200);
    }
    const results = async () => (await app.api.get(`/campaigns/${campaign.id}/results`).expect(200)).body;
    const before = await results();
    expect(await dispatch(campaign)).toMatchObject({ targeted: 3, already_notified: 0, reasons: { frequency_capped: 0 } });
    const after = await results();
    await testSend(campaign, ids[1]).expect(200);

    expect(JSON.stringify(before)).not.toEqual(JSON.stringify(after));
    expect({ ...(await results()), as_of: '' }).toEqual({ ...after, as_of: '' });
    expect(await notified(app.db, { campaign: campaign.id })).toHaveLength(3 + 3 + 1);
  });

  it('leaves out whoever is suppressed, and nobody for another reason', async () => {
    const { campaign, ids } = await campaignTo(3, {
      channel: 'sms',
      holdout_percent: 99,
      frequency_cap: { max: 1, per_days: 365 },
    });
    const excluded = await app.make.segment({ user_ids_in: ids });
    await app.api
      .patch(`/campaigns/${campaign.id}`)
      .set('If-Match', '*')
      .send({ excluded_segment_ids: [excluded.id] })
      .expect(200);
    await app.api.post('/suppressions').send({ user_id: ids[0], reason: 'requested' }).expect(201);
    await app.api.post('/suppressions').send({ user_id: ids[1], channel: 'sms', reason: 'requested' }).expect(201);
    await app.api.post('/suppressions').send({ user_id: ids[2], channel: 'email', reason: 'requested' }).expect(201);

    const { body } = await testSend(campaign, ...ids).expect(200);

    expect(body).toMatchObject({ matched: 3, targeted: 1, queued: 1, reasons: { suppressed: 2, excluded: 0, holdout: 0 } });
    expect(await audienceOf(app, body.id)).toEqual([
      [ids[0], 'suppressed'],
      [ids[1], 'suppressed'],
      [ids[2], 'targeted'],
    ]);
    expect((await testSend(campaign, ids[0]).expect(200)).body).toMatchObject({ status: 'dispatched', queued: 0 });
  });

  it('is sent of a campaign that is inactive and has no active segment, and twice at once', async () => {
    const { campaign, ids } = await campaignTo(2);
    for (const id of campaign.segment_ids as string[]) await app.api.delete(`/segments/${id}`).expect(204);
    await app.api.delete(`/campaigns/${campaign.id}`).expect(204);
    const both = await Promise.all([testSend(campaign, ids[0]), testSend(campaign, ids[0])]);
    expect(both.map(({ status, body }) => [status, body.status, body.queued])).toEqual(
      Array(2).fill([200, 'dispatched', 1]),
    );
    expect(await notified(app.db, { campaign: campaign.id })).toEqual([ids[0], ids[0]]);
  });

  it('goes on while the campaign is paused', async () => {
    const { campaign, ids } = await campaignTo(2);
    const { id } = await dispatch(campaign);
    await app.api.post(`/dispatches/${id}/pause`).expect(200);
    expect((await testSend(campaign, ids[0]).expect(200)).body.queued).toBe(1);
    expect((await look(app, id)).status).toBe('paused');
  });

  it('can be cancelled', async () => {
    const { campaign, ids } = await campaignTo(1);
    const { body } = await testSend(campaign, ids[0]).expect(200);
    const cancelled = await app.api.post(`/dispatches/${body.id}/cancel`).expect(200);
    expect(cancelled.body).toMatchObject({ status: 'cancelled', progress: { cancelled: 1 } });
  });

  it('names whom there is not, or who is inactive', async () => {
    const { campaign, ids } = await campaignTo(1);
    const inactive = await app.make.customer({ is_active: false });
    const answer = await testSend(campaign, inactive.id, ids[0], randomUUID());
    expect(refusalFault(answer, { status: 400, pointer: '/user_ids/0' })).toBeUndefined();
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/user_ids/0', '/user_ids/2']);
    expect((await app.api.get(`/campaigns/${campaign.id}/dispatches`)).body).toEqual([]);
  });

  it.each([
    ['nobody', []],
    ['the same twice', ['6d9f2c1e-4a5b-4c3d-8e7f-9a0b1c2d3e4f', '6D9F2C1E-4A5B-4C3D-8E7F-9A0B1C2D3E4F']],
    ['what is no id', ['ana']],
    ['one instead of a list', '6d9f2c1e-4a5b-4c3d-8e7f-9a0b1c2d3e4f'],
    ['more than a hundred', Array.from({ length: 101 }, () => randomUUID())],
    ['null', null],
  ])('refuses %s', async (_, user_ids) => {
    const { campaign } = await campaignTo(0);
    const answer = await app.api.post(`/campaigns/${campaign.id}/test-send`).send({ user_ids });
    expect(refusalFault(answer, { status: 400, pointer: '/user_ids' })).toBeUndefined();
  });

  it('of no campaign is a 404', async () => {
    const answer = await testSend({ id: randomUUID() }, randomUUID());
    expect(refusalFault(answer, { status: 404, type: 'campaign-not-found' })).toBeUndefined();
  });
});
