import { startApp, type TestApp } from './support/app';
import { nextOf } from './support/dispatching';
import { type StubServer, startStubServer } from './support/stub-server';
import { announce, delivered, deliveries, subscribe, verified } from './support/webhooks';

const NEVER_THERE = '00000000-0000-4000-8000-000000000000';

let app: TestApp;
let server: StubServer;
beforeAll(async () => {
  app = await startApp({ EGRESS_ALLOW: ['127.0.0.1'] });
  server = await startStubServer((_req, res) => void res.writeHead(204).end());
});
afterAll(async () => {
  await app.close();
  await server.close();
});

describe('a webhook', () => {
  it('is created with a secret that is shown then, and in no other answer', async () => {
    const url = `${server.url}/crm?shop=1`;
    const events = ['dispatch.finished', 'dispatch.failed'];
    const answer = await app.api.post('/webhooks').send({ url, events, description: 'The shop' }).expect(201);
    const { secret, ...created } = answer.body;

    expect(created).toMatchObject({ url, events, description: 'The shop', is_active: true, disabled_reason: null });
    expect(answer.headers).toMatchObject({ location: `/webhooks/${created.id}`, etag: '"1"' });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const again = await app.api.get(`/webhooks/${created.id}`).expect(200);
    expect(again.body).toEqual(created);
    expect((await app.api.get('/webhooks').expect(200)).body).toContainEqual(created);
    const edited = await app.api
      .patch(`/webhooks/${created.id}`)
      .set('If-Match', '"1"')
      .send({ description: '' })
      .expect(200);
    expect(Object.keys(edited.body)).toEqual(Object.keys(created));
  });

  it('shows its secret again to whoever repeats the request with its Idempotency-Key, and is one webhook', async () => {
    const body = { url: server.url, events: ['dispatch.failed'], description: 'Repeated' };
    const create = () => app.api.post('/webhooks').set('Idempotency-Key', 'one-webhook-and-no-more').send(body).expect(201);
    expect((await create()).body).toEqual((await create()).body);
    const all = (await app.api.get('/webhooks').expect(200)).body as { description: string }[];
    expect(all.filter(({ description }) => description === 'Repeated')).toHaveLength(1);
  });

  it('is changed by whoever has seen it, and by nobody else', async () => {
    const { id } = await subscribe(app, server, ['dispatch.failed']);
    const patch = (match: string) => app.api.patch(`/webhooks/${id}`).set('If-Match', match);
    const changed = await patch('"1"')
      .send({ events: ['dispatch.cancelled'], is_active: false })
      .expect(200);

    expect(changed.body).toMatchObject({ events: ['dispatch.cancelled'], is_active: false, disabled_reason: null });
    expect(changed.headers.etag).toBe('"2"');
    await patch('"1"').send({ is_active: true }).expect(412);
    await app.api.patch(`/webhooks/${id}`).send({ is_active: true }).expect(428);
    await app.api.delete(`/webhooks/${id}`).set('If-Match', '"1"').expect(412);
    expect((await app.api.get(`/webhooks/${id}`)).body).toEqual(changed.body);
  });

  it('is removed for good, with its secrets', async () => {
    const { id } = await subscribe(app, server, ['dispatch.failed']);
    await app.api.post(`/webhooks/${id}/rotate-secret`).expect(200);
    await app.api.delete(`/webhooks/${id}`).expect(204);

    for (const path of [`/webhooks/${id}`, `/webhooks/${id}/deliveries`]) await app.api.get(path).expect(404);
    await app.api.delete(`/webhooks/${id}`).expect(404);
    expect(await app.db.query('SELECT FROM webhook_secrets WHERE webhook_id = $1', [id])).toHaveLength(0);
  });

  it('that is not there is a 404 everywhere', async () => {
    const path = `/webhooks/${NEVER_THERE}`;
    await app.api.get(path).expect(404);
    await app.api.patch(path).set('If-Match', '*').send({ is_active: true }).expect(404);
    for (const action of ['rotate-secret', 'test']) {
      const { body } = await app.api.post(`${path}/${action}`).expect(404);
      expect(body.type).toMatch(/webhook-not-found$/);
    }
  });

  it('is listed newest first, page by page, by whether it is active', async () => {
    await app.db.query('DELETE FROM webhooks');
    const made = [];
    for (let i = 0; i < 3; i++) made.unshift((await subscribe(app, server, ['dispatch.failed'])).id);
    await app.api.patch(`/webhooks/${made[0]}`).set('If-Match', '*').send({ is_active: false }).expect(200);

    const first = await app.api.get('/webhooks').query({ limit: 2 }).expect(200);
    const second = await app.api.get(nextOf(first.headers)!).expect(200);
    expect([...first.body, ...second.body].map(({ id }: { id: string }) => id)).toEqual(made);
    expect(first.headers['x-total-count']).toBe('3');
    const active = await app.api.get('/webhooks').query({ is_active: true }).expect(200);
    expect(active.body.map(({ id }: { id: string }) => id)).toEqual(made.slice(1));
  });
});

describe('an address', () => {
  let strict: TestApp;
  beforeAll(async () => (strict = await startApp({ DATABASE_URL: app.db.url })));
  afterAll(() => strict.close());

  const faultOf = async (on: TestApp, url: string): Promise<string> => {
    const { body } = await on.api
      .post('/webhooks')
      .send({ url, events: ['dispatch.failed'] })
      .expect(400);
    expect(body.errors).toHaveLength(1);
    expect(body.errors[0].pointer).toBe('/url');
    return body.errors[0].detail;
  };

  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::1]:9000/',
    'https://localhost/hook',
    'http://169.254.169.254/latest/meta-data/',
    'http://10.1.2.3/',
    'http://192.168.0.1/',
    'http://0.0.0.0/',
  ])('%s is refused, when it is saved and when it is changed', async (url) => {
    expect(await faultOf(strict, url)).toMatch(/private address/);
    const { id } = await subscribe(app, server, ['dispatch.failed']);
    const { body } = await strict.api.patch(`/webhooks/${id}`).set('If-Match', '*').send({ url }).expect(400);
    expect(body.errors[0]).toMatchObject({ pointer: '/url', detail: expect.stringMatching(/private address/) });
  });

  it.each([
    ['ftp://example.com/', /http:\/\/ or https/],
    ['example.com/hook', /http:\/\/ or https/],
    ['javascript:alert(1)', /http:\/\/ or https/],
    ['https://user:password@93.184.215.14/', /no user and no password/],
    ['https://93.184.215.14/a b', /without spaces/],
  ])('%s is none', async (url, why) => {
    expect(await faultOf(app, url)).toMatch(why);
  });
});

describe('a test', () => {
  it('is sent like any event, to the one that is tested, whatever it asks to be told of', async () => {
    const [tested, other] = [
      await subscribe(app, server, ['dispatch.failed']),
      await subscribe(app, server, ['dispatch.failed']),
    ];
    const answer = await app.api.post(`/webhooks/${tested.id}/test`).expect(202);
    expect(answer.body).toMatchObject({ event: 'webhook.test', data: { webhook_id: tested.id } });
    expect(answer.headers.location).toBe(`/webhooks/${tested.id}/deliveries`);

    const { event_id } = await delivered(app, tested, { status: 'delivered', attempts: 1, http_status: 204 });
    const sent = server.requests.filter(({ headers }) => headers['webhook-id'] === event_id);
    expect(sent).toHaveLength(1);
    expect(verified(sent[0], tested.secret)).toEqual({
      type: 'webhook.test',
      timestamp: answer.body.occurred_at,
      data: { webhook_id: tested.id },
    });
    expect(await deliveries(app, other)).toEqual([]);
  });

  it('needs one that is active', async () => {
    const { id } = await subscribe(app, server, ['dispatch.failed']);
    await app.api.patch(`/webhooks/${id}`).set('If-Match', '*').send({ is_active: false }).expect(200);
    const { body } = await app.api.post(`/webhooks/${id}/test`).expect(409);
    expect(body.type).toMatch(/webhook-inactive$/);
  });
});

describe('a secret', () => {
  const send = async (webhook: { id: string }) => {
    await announce(app, 'dispatch.cancelled');
    const { event_id } = await delivered(app, webhook, { status: 'delivered' });
    return server.requests.find(({ headers }) => headers['webhook-id'] === event_id)!;
  };
  const signatures = (request: { headers: object }) =>
    String((request.headers as Record<string, string>)['webhook-signature']).split(' ');

  it('that was replaced signs beside the new one for a day', async () => {
    const webhook = await subscribe(app, server, ['dispatch.cancelled']);
    const { body } = await app.api.post(`/webhooks/${webhook.id}/rotate-secret`).expect(200);
    expect(Date.parse(body.previous_secret_expires_at) - Date.now()).toBeLessThanOrEqual(24 * 3600_000);
    expect(Date.parse(body.previous_secret_expires_at) - Date.now()).toBeGreaterThan(23 * 3600_000);

    const both = await send(webhook);
    expect(signatures(both)).toHaveLength(2);
    for (const secret of [webhook.secret, body.secret]) expect(verified(both, secret).type).toBe('dispatch.cancelled');

    await app.db.query(`UPDATE webhook_secrets SET expires_at = now() WHERE webhook_id = $1 AND expires_at IS NOT NULL`, [
      webhook.id,
    ]);
    const one = await send(webhook);
    expect(signatures(one)).toHaveLength(1);
    expect(verified(one, body.secret).type).toBe('dispatch.cancelled');
    expect(() => verified(one, webhook.secret)).toThrow('No matching signature');
    await app.api.delete(`/webhooks/${webhook.id}`).expect(204);
  });

  it('that leaked is out when it is replaced twice', async () => {
    const webhook = await subscribe(app, server, ['dispatch.cancelled']);
    const rotate = async () =>
      (await app.api.post(`/webhooks/${webhook.id}/rotate-secret`).expect(200)).body.secret as string;
    const secrets = [await rotate(), await rotate()];
    const sent = await send(webhook);
    expect(signatures(sent)).toHaveLength(2);
    for (const secret of secrets) expect(verified(sent, secret).type).toBe('dispatch.cancelled');
    expect(() => verified(sent, webhook.secret)).toThrow('No matching signature');
    await app.api.delete(`/webhooks/${webhook.id}`).expect(204);
  });
});

it('deliveries are listed newest first, page by page, by status', async () => {
  const webhook = await subscribe(app, server, ['dispatch.finished']);
  await announce(app, 'dispatch.finished', 5);
  await delivered(app, webhook, { data: { n: 5 }, status: 'delivered' });

  const first = await app.api.get(`/webhooks/${webhook.id}/deliveries`).query({ limit: 3 }).expect(200);
  const second = await app.api.get(nextOf(first.headers)!).expect(200);
  expect([...first.body, ...second.body].map(({ data }: { data: { n: number } }) => data.n)).toEqual([5, 4, 3, 2, 1]);
  expect(first.headers['x-total-count']).toBe('5');
  await app.db.query(`UPDATE webhook_deliveries SET status = 'failed' WHERE id = $1`, [first.body[0].id]);
  expect(await deliveries(app, webhook, { status: 'failed' })).toMatchObject([{ data: { n: 5 }, next_attempt_at: null }]);
  await app.api.get(`/webhooks/${webhook.id}/deliveries`).query({ status: 'lost' }).expect(400);
});
