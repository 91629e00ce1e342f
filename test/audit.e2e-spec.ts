import { Controller, Post } from '@nestjs/common';
import { Audited } from '../src/audit/audited';
import { Once } from '../src/idempotency/once';
import { ADMIN_TOKEN, startApp, type TestApp, WORKER_TOKEN } from './support/app';
import { actionsOf, added, entriesOf, hashOf } from './support/audit';
import { refusalFault } from './support/refusal';

@Controller('probe')
class ForgetfulController {
  @Audited('segment.forgotten')
  @Post()
  forget(@Once() once: Once) {
    return once((manager) => manager.query(`INSERT INTO segments (name, filters) VALUES ('Forgotten', '{}')`));
  }
}

const OTHER_ADMIN = 'the-token-of-another-admin';
let app: TestApp;
beforeAll(async () => void (app = await startApp({ ADMIN_TOKENS: [ADMIN_TOKEN, OTHER_ADMIN] }, [ForgetfulController])));
afterAll(() => app.close());

const edit = (path: string, body: object, version = '*') => app.api.patch(path).set('If-Match', version).send(body);

describe('an entry', () => {
  it('is written for each change of an admin, and says who changed what, and from where', async () => {
    const { id: customer } = await app.make.customer();
    const hook = { url: 'https://93.184.215.14/', events: ['dispatch.failed'] };
    const nextYear = new Date().getUTCFullYear() + 1;
    const schedule = { scheduled_at: `${nextYear}-06-01T09:00`, time_zone: 'Europe/Madrid' };
    const targets: (string | null)[] = [];
    const say = (id: string | null, times = 1) => targets.push(...Array.from({ length: times }, () => id));

    const entries = await added(app, async () => {
      const segment = await app.make.segment({});
      await edit(`/segments/${segment.id}`, { name: 'Renamed' }).expect(200);
      const spare = await app.make.segment({});
      await app.api.delete(`/segments/${spare.id}`).expect(204);
      [segment, segment, spare, spare].forEach(({ id }) => say(id));

      const campaign = await app.make.campaign([segment]);
      await edit(`/campaigns/${campaign.id}`, { title: 'A title' }).expect(200);
      await app.api.put(`/campaigns/${campaign.id}/schedule`).send(schedule).expect(201);
      await app.api.put(`/campaigns/${campaign.id}/schedule`).send(schedule).expect(200);
      await app.api.delete(`/campaigns/${campaign.id}/schedule`).expect(204);
      say(campaign.id, 5);

      const tested = await app.api.post(`/campaigns/${campaign.id}/test-send`).send({ user_ids: [customer] });
      const dispatch = (await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200)).body;
      for (const verb of ['pause', 'resume', 'redrive', 'cancel'])
        await app.api.post(`/dispatches/${dispatch.id}/${verb}`).expect(200);
      say(tested.body.id);
      say(dispatch.id, 5);

      const suppressed = (await app.api.post('/suppressions').send({ user_id: customer, reason: 'other' }).expect(201)).body;
      await app.api.delete(`/suppressions/${suppressed.id}`).expect(204);
      await app.api.post('/suppressions/import').type('text/csv').send(`user_id\n${customer}\n`).expect(200);
      say(suppressed.id, 2);
      say(null);

      const webhook = (await app.api.post('/webhooks').send(hook).expect(201)).body;
      await edit(`/webhooks/${webhook.id}`, { description: 'Ours' }).expect(200);
      await app.api.post(`/webhooks/${webhook.id}/rotate-secret`).expect(200);
      await app.api.post(`/webhooks/${webhook.id}/test`).expect(202);
      await app.api.delete(`/webhooks/${webhook.id}`).expect(204);
      say(webhook.id, 5);
      await app.api.delete(`/campaigns/${campaign.id}`).expect(204);
      say(campaign.id);
    });

    expect(actionsOf(entries)).toEqual([
      ...['segment.created', 'segment.updated', 'segment.created', 'segment.deactivated'],
      ...['campaign.created', 'campaign.updated', 'schedule.set', 'schedule.set', 'schedule.removed'],
      ...['dispatch.tested', 'dispatch.started', 'dispatch.paused', 'dispatch.resumed', 'dispatch.redriven'],
      ...['dispatch.cancelled', 'suppression.stored', 'suppression.lifted', 'suppression.imported'],
      ...['webhook.created', 'webhook.updated', 'webhook.secret_rotated', 'webhook.tested', 'webhook.removed'],
      'campaign.deactivated',
    ]);
    expect(entries.map(({ target_id }) => target_id)).toEqual(targets);
    const { name, via } = (await app.api.get('/me').expect(200)).body;
    for (const entry of entries)
      expect(entry).toMatchObject({
        actor: name,
        via,
        outcome: 'done',
        target_type: entry.action.split('.')[0],
        ip: '127.0.0.1',
      });
  });

  it('names the request, and another admin by another name', async () => {
    const call = app.as(OTHER_ADMIN).post('/segments').set('X-Request-Id', 'the-request-of-a-test');
    const [entry] = await added(app, () => call.send({ name: 'Theirs', filters: {} }).expect(201));

    const { name } = (await app.as(OTHER_ADMIN).get('/me').expect(200)).body;
    expect(entry).toMatchObject({ request_id: 'the-request-of-a-test', actor: name });
    expect(name).not.toBe((await app.api.get('/me').expect(200)).body.name);
  });

  it('has the hash of the view before and after, as GET gives it', async () => {
    const segment = await app.make.segment({ last_days: 30 });
    const read = async (path: string) => (await app.api.get(path).expect(200)).body as unknown;
    const before = hashOf(await read(`/segments/${segment.id}`));
    await edit(`/segments/${segment.id}`, { name: 'Another', description: 'of a test' }).expect(200);
    const campaign = await app.make.campaign([segment], 'Hello', {
      holdout_percent: 12.5,
      not_after: '2199-01-01T00:00:00Z',
    });
    await edit(`/campaigns/${campaign.id}`, { holdout_percent: 0.25 }).expect(200);
    const hook = { url: 'https://93.184.215.14/', events: ['dispatch.failed'] };
    const webhook = (await app.api.post('/webhooks').send(hook).expect(201)).body;

    const [made, edited] = await entriesOf(app, `&target_id=${segment.id}`);
    expect([made.before_hash, made.after_hash]).toEqual([null, before]);
    expect([edited.before_hash, edited.after_hash]).toEqual([before, hashOf(await read(`/segments/${segment.id}`))]);
    expect(edited.detail).toEqual({ fields: ['name', 'description'] });
    const ofCampaign = await entriesOf(app, `&target_id=${campaign.id}`);
    expect(ofCampaign[1].before_hash).toBe(ofCampaign[0].after_hash);
    expect(ofCampaign[1].after_hash).toBe(hashOf(await read(`/campaigns/${campaign.id}`)));
    const [ofWebhook] = await entriesOf(app, `&target_id=${webhook.id}`);
    expect(ofWebhook.after_hash).toBe(hashOf(await read(`/webhooks/${webhook.id}`)));
  });

  it('says what was replaced, also where several make the same thing at the same moment', async () => {
    const campaign = await app.make.campaign([await app.make.segment({})]);
    const { id: user_id } = await app.make.customer();
    const schedule = { scheduled_at: `${new Date().getUTCFullYear() + 1}-06-01T09:00`, time_zone: 'Europe/Madrid' };
    const entries = await added(app, () =>
      Promise.all(
        Array.from({ length: 8 }, async (_, i) => {
          await app.api.put(`/campaigns/${campaign.id}/schedule`).send({ ...schedule, max_lateness_minutes: i + 1 });
          await app.api.post('/suppressions').send({ user_id, reason: 'other', source: `Number ${i}` });
        }),
      ),
    );

    for (const action of ['schedule.set', 'suppression.stored']) {
      const inOrder = entries.filter((entry) => entry.action === action);
      expect(inOrder).toHaveLength(8);
      inOrder.forEach(({ before_hash }, i) => expect(before_hash).toBe(i === 0 ? null : inOrder[i - 1].after_hash));
    }
  });

  it('is not written for what was refused, what only asks, and what workers and customers do', async () => {
    const segment = await app.make.segment({});
    const { id: customer } = await app.make.customer();
    const campaign = await app.make.campaign([segment]);
    const entries = await added(app, async () => {
      await app.api
        .post('/segments')
        .send({ name: 'Wrong', filters: { last_day: 1 } })
        .expect(400);
      await edit(`/segments/${segment.id}`, { name: 'Late' }, '"99"').expect(412);
      await edit(`/segments/${customer}`, { name: 'Nothing' }).expect(404);
      await app.api.delete('/suppressions/nobody').expect(404);
      await app.api.post('/segments/preview').send({ filters: {} }).expect(200);
      await app.api.post(`/segments/${segment.id}/preview-users`).expect(200);
      await app.api.post(`/campaigns/${campaign.id}/dispatch`).send({ expected_count: 99_999, tolerance: 0 });
      const worker = app.as(WORKER_TOKEN);
      await worker.post('/notifications/claim').send({ limit: 1 }).expect(200);
    });
    // the run that then failed was begun by somebody
    expect(actionsOf(entries)).toEqual(['dispatch.started']);
  });

  it('is written once however often the request is repeated, and stays when the answer to it is lost', async () => {
    const repeat = () =>
      app.api
        .post('/segments')
        .set('Idempotency-Key', 'a key of an audited test')
        .send({ name: 'Repeated', filters: {} })
        .expect(201);
    const entries = await added(app, async () => {
      await repeat();
      await repeat();
    });
    expect(actionsOf(entries)).toEqual(['segment.created']);
  });

  it('shows no secret and no address of a customer', async () => {
    const email = 'somebody-in-the-log@example.com';
    await app.make.customer({ email });
    const entries = await added(app, async () => {
      const hook = { url: 'https://93.184.215.14/a-secret-path', events: ['dispatch.failed'] };
      const { id } = (await app.api.post('/webhooks').send(hook).expect(201)).body;
      await edit(`/webhooks/${id}`, { url: 'https://93.184.215.14/another-secret-path' }).expect(200);
      await app.api.post(`/webhooks/${id}/rotate-secret`).expect(200);
      await app.api.post('/suppressions').send({ email, reason: 'other' }).expect(201);
      await app.api.post('/suppressions/import').type('text/csv').send(`email\n${email}\n`).expect(200);
    });
    expect(entries).toHaveLength(5);
    expect(JSON.stringify(entries)).not.toMatch(/whsec_|secret-path|somebody-in-the-log/);
  });

  it('is not there, nor the change, where the route does not say what it changed', async () => {
    const segments = async () => (await app.db.query(`SELECT 1 FROM segments WHERE name = 'Forgotten'`)).length;
    const entries = await added(app, async () => {
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
      expect((await fetch(`${app.url}/probe`, { method: 'POST', headers })).status).toBe(500);
    });
    expect([entries, await segments()]).toEqual([[], 0]);
  });
});

describe('the list', () => {
  it('is filtered by each of its parameters, and paged newest first', async () => {
    const { name } = (await app.as(OTHER_ADMIN).get('/me').expect(200)).body;
    const one = (await app.as(OTHER_ADMIN).post('/segments').send({ name: 'Filtered', filters: {} }).expect(201)).body;
    const [{ at }] = await entriesOf(app, `&target_id=${one.id}`);
    await edit(`/segments/${one.id}`, { name: 'Filtered again' }).expect(200);

    expect(actionsOf(await entriesOf(app, `&target_type=segment&target_id=${one.id}`))).toEqual([
      'segment.created',
      'segment.updated',
    ]);
    expect(actionsOf(await entriesOf(app, `&actor=${name}&target_id=${one.id}`))).toEqual(['segment.created']);
    expect(actionsOf(await entriesOf(app, `&action=segment.updated&target_id=${one.id}`))).toEqual(['segment.updated']);
    expect(await entriesOf(app, `&outcome=refused&target_id=${one.id}`)).toEqual([]);
    expect(actionsOf(await entriesOf(app, `&from=${at}&target_id=${one.id}`))).toHaveLength(2);
    expect(actionsOf(await entriesOf(app, `&to=${at}&target_id=${one.id}`))).toEqual([]);

    const whole = (await app.api.get('/audit').expect(200)).body as { id: string }[];
    expect(whole.map(({ id }) => Number(id))).toEqual([...whole.map(({ id }) => Number(id))].sort((a, b) => b - a));
    const first = await app.api.get('/audit?limit=2').expect(200);
    expect(first.headers['x-total-count']).toBe(whole[0].id); // without a gap, from 1 on
    const next = /<(.*)>/.exec(first.headers.link)![1];
    const second = (await app.api.get(next).expect(200)).body as { id: string }[];
    expect([...(first.body as { id: string }[]), ...second].map(({ id }) => id)).toEqual(
      whole.slice(0, 4).map(({ id }) => id),
    );
    const elsewhere = await app.api.get(`${next}&outcome=done`);
    expect(refusalFault(elsewhere, { status: 400, type: 'bad-cursor' })).toBeUndefined();
  });
});
