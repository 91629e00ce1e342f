import { startApp, type TestApp } from './support/app';
import { begin, crowd, drain, look, step } from './support/dispatching';
import { refusalFault } from './support/refusal';

/** The tests make every step of a dispatch themselves. */
let app: TestApp;
beforeAll(async () => void (app = await startApp({ ROLES: ['api'] })));
afterAll(() => app.close());

let serial = 0;
/** A campaign to so many customers of its own. */
async function campaignTo(customers: number) {
  const tag = `tag-${++serial}`;
  await crowd(app.db, customers, { tag });
  return { campaign: await app.make.campaign([await app.make.segment({ preferences_contains: { tag } })]) };
}
const move = (id: string, to: string) => app.api.post(`/dispatches/${id}/${to}`);

describe('a move', () => {
  it('that is repeated is harmless, and so is to resume what goes on', async () => {
    const { campaign } = await campaignTo(1);
    const id = await begin(app, campaign);
    const moves = async (to: string, times: number) => {
      const answers = [];
      for (let i = 0; i < times; i++) answers.push((await move(id, to).expect(200)).body);
      return [...new Set(answers.map((answer) => JSON.stringify(answer)))].map((text) => JSON.parse(text));
    };
    expect(await moves('resume', 2)).toMatchObject([{ status: 'resolving' }]);
    expect(await moves('pause', 2)).toMatchObject([{ status: 'paused' }]);
    expect(await moves('resume', 2)).toMatchObject([{ status: 'resolving' }]);
    await step(app, id);
    expect(await moves('resume', 1)).toMatchObject([{ status: 'writing' }]);
    await drain(app, id);
    expect(await moves('resume', 2)).toMatchObject([{ status: 'dispatched' }]);
    expect(await moves('cancel', 3)).toMatchObject([{ status: 'cancelled', progress: { cancelled: 1 } }]);
  });

  it('is answered for itself where another is made at the same moment, and fails no dispatch', async () => {
    const { campaign } = await campaignTo(3);
    for (let i = 0; i < 40; i++) {
      const id = await begin(app, campaign);
      const [paused, resumed] = await Promise.all([move(id, 'pause'), move(id, 'resume'), step(app, id), step(app, id)]);
      expect([paused.status, paused.body.status, resumed.status]).toEqual([200, 'paused', 200]);
      await move(id, 'resume').expect(200);
      await drain(app, id);
      expect((await look(app, id)).status).toBe('dispatched');
    }
  });

  it('with an Idempotency-Key gives the answer of the first time, whatever came since', async () => {
    const { campaign } = await campaignTo(1);
    const id = await begin(app, campaign);
    const keyed = (to: string) => move(id, to).set('Idempotency-Key', `the only ${to} of dispatch ${id}`).expect(200);
    const paused = await keyed('pause');
    const resumed = await keyed('resume');
    const pausedAgain = await keyed('pause');
    expect(pausedAgain.text).toBe(paused.text);
    expect(pausedAgain.headers['idempotency-replayed']).toBe('true');
    expect(await look(app, id)).toEqual(resumed.body);
    const cancelled = await keyed('cancel');
    expect((await keyed('cancel')).text).toBe(cancelled.text);
    expect((await keyed('resume')).body.status).toBe('resolving');
    expect((await look(app, id)).status).toBe('cancelled');
  });

  it('out of an end is refused, and changes nothing', async () => {
    const { campaign } = await campaignTo(1);
    const cancelled = await begin(app, campaign);
    await move(cancelled, 'cancel').expect(200);
    const failed = await begin(app, campaign, { expected_count: 2 });
    await drain(app, failed);
    const settled = await begin(app, campaign);
    await drain(app, settled);
    const [notification] = (await app.api.get('/notifications').query({ campaign_id: campaign.id }).expect(200)).body;
    await app.api.post(`/notifications/${notification.id}/mark-sent`).expect(200);
    const empty = await begin(app, (await campaignTo(0)).campaign);
    await drain(app, empty);

    for (const [id, to] of [
      [cancelled, 'pause'],
      [cancelled, 'resume'],
      [failed, 'pause'],
      [failed, 'resume'],
      [failed, 'cancel'],
      [settled, 'cancel'],
      [empty, 'cancel'],
    ]) {
      const before = await look(app, id);
      const answer = await move(id, to);
      expect([to, before.status, refusalFault(answer, { status: 409, type: 'dispatch-over' })]).toEqual([
        to,
        before.status,
        undefined,
      ]);
      expect(await look(app, id)).toEqual(before);
    }
    for (const to of ['pause', 'resume', 'cancel'])
      for (const id of ['999999', '0', 'x'])
        expect(refusalFault(await move(id, to), { status: 404, type: 'dispatch-not-found' })).toBeUndefined();
  });
});
