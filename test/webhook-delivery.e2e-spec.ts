import type { Config } from '../src/config/config';
import { startApp, type TestApp } from './support/app';
import { eventually } from './support/eventually';
import { hang, type StubHandler, type StubServer, startStubServer } from './support/stub-server';
import { announce, delivered, deliveries, subscribe, verified, waitingIsOver } from './support/webhooks';

const HOUR = 3600_000;
const takes: StubHandler = (_req, res) => void res.writeHead(204).end();
const answers =
  (status: number, headers: Record<string, string> = {}): StubHandler =>
  (_req, res) =>
    void res.writeHead(status, headers).end();

let app: TestApp;
let server: StubServer;
beforeEach(async () => {
  app = await startApp({ EGRESS_ALLOW: ['127.0.0.1'] });
  server = await startStubServer(takes);
});
const replicas: TestApp[] = [];
afterEach(async () => {
  for (const one of replicas.splice(0)) await one.close();
  await app.close();
  await server.close();
});

/** Another process on the same database; of its own where it is given another. */
const replica = async (overrides: Partial<Config> = { DATABASE_URL: app.db.url, EGRESS_ALLOW: ['127.0.0.1'] }) => {
  replicas.push(await startApp(overrides));
  return replicas.at(-1)!;
};
const ids = ({ requests }: StubServer) => requests.map(({ headers }) => headers['webhook-id']);
const get = async ({ id }: { id: string }) => (await app.api.get(`/webhooks/${id}`).expect(200)).body;
const left = async (): Promise<number> =>
  (await app.db.query<{ n: number }>(`SELECT count(*)::int AS n FROM webhook_deliveries WHERE status = 'pending'`))[0].n;
const allSent = () => eventually(async () => expect(await left()).toBe(0));

describe('an event', () => {
  it('is sent once to each that asked for it, in form and signed, and to no other', async () => {
    const wanting = [
      await subscribe(app, server, ['dispatch.failed']),
      await subscribe(app, server, ['dispatch.failed', 'dispatch.finished']),
    ];
    await subscribe(app, server, ['dispatch.finished']);
    const off = await subscribe(app, server, ['dispatch.failed']);
    await app.api.patch(`/webhooks/${off.id}`).set('If-Match', '*').send({ is_active: false }).expect(200);
    await announce(app, 'dispatch.failed');
    await allSent();

    expect(server.requests).toHaveLength(2);
    expect(new Set(ids(server)).size).toBe(1); // it is one event
    const [{ event_id, occurred_at }] = await deliveries(app, wanting[0]);
    for (const { secret } of wanting) {
      const own = server.requests.flatMap((request) => {
        try {
          return [verified(request, secret)];
        } catch {
          return []; // the other's
        }
      });
      expect(own).toEqual([{ type: 'dispatch.failed', timestamp: occurred_at, data: { n: 1 } }]);
    }
    expect(ids(server)[0]).toBe(event_id);
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/hook' });
  });

  it('that nobody asks for leaves no row', async () => {
    await subscribe(app, server, ['dispatch.failed']);
    await announce(app, 'notification.failed', 3);
    expect(await app.db.query('SELECT FROM webhook_events')).toHaveLength(0);
  });

  it('whose transaction is undone is never sent', async () => {
    await subscribe(app, server, ['dispatch.failed']);
    await expect(
      app.db.query(`DO $$ BEGIN PERFORM announce('dispatch.failed', '{"n": 0}'); RAISE 'undone'; END $$`),
    ).rejects.toThrow('undone');
    await announce(app, 'dispatch.failed');
    await allSent();
    expect(server.requests.map(({ body }) => (JSON.parse(body) as { data: object }).data)).toEqual([{ n: 1 }]);
  });

  it('is sent once, however many processes send', async () => {
    const webhook = await subscribe(app, server, ['dispatch.failed']);
    await replica();
    await replica();
    await announce(app, 'dispatch.failed', 60);
    await allSent();

    expect(new Set(ids(server)).size).toBe(60);
    expect(server.requests).toHaveLength(60);
    expect(await deliveries(app, webhook)).toEqual(
      Array(60).fill(expect.objectContaining({ status: 'delivered', attempts: 1, http_status: 204 })),
    );
  });

  it('that a dead process had in its hands is sent by another, when its lease has run out', async () => {
    const webhook = await subscribe(app, server, ['dispatch.failed']);
    await app.db.query(
      `WITH e AS (
         INSERT INTO webhook_events (type, data) VALUES ('dispatch.failed', '{"had": "by a dead one"}'), ('dispatch.failed', '{"had": "by a live one"}')
         RETURNING *
       )
       INSERT INTO webhook_deliveries (webhook_id, event_id, lease, leased_until)
       SELECT $1, e.id, gen_random_uuid(), now() + CASE WHEN e.data ->> 'had' LIKE '%dead%' THEN interval '0' ELSE interval '1 hour' END FROM e`,
      [webhook.id],
    );
    await server.received(1);
    await announce(app, 'dispatch.failed');
    await eventually(async () => expect(await left()).toBe(1));
    expect(server.requests.map(({ body }) => (JSON.parse(body) as { data: object }).data)).toEqual([
      { had: 'by a dead one' },
      { n: 1 },
    ]);
  });
});

describe('an attempt that fails', () => {
  it('is made again, with the same id and a time of its own, until it succeeds', async () => {
    server.answer(answers(500));
    const webhook = await subscribe(app, server, ['dispatch.failed']);
    await announce(app, 'dispatch.failed');
    const failed = await delivered(app, webhook, { attempts: 1, status: 'pending', http_status: 500 });
    const wait = Date.parse(failed.next_attempt_at!) - Date.parse(failed.last_attempt_at!);
    expect(wait).toBeGreaterThanOrEqual(4999); // kept in milliseconds
    expect(wait).toBeLessThanOrEqual(5501);

    server.answer(takes);
    await waitingIsOver(app);
    await delivered(app, webhook, { attempts: 2, status: 'delivered', http_status: 204, next_attempt_at: null });
    expect(ids(server)).toEqual([failed.event_id, failed.event_id]);
    expect(server.requests[1].body).toBe(server.requests[0].body);
    for (const request of server.requests) verified(request, webhook.secret);
    expect((await app.db.query('SELECT failing_since FROM webhooks'))[0]).toEqual({ failing_since: null });
  });

  it('waits as long as Retry-After says', async () => {
    server.answer(answers(429, { 'retry-after': '3600' }));
    const webhook = await subscribe(app, server, ['dispatch.failed']);
    await announce(app, 'dispatch.failed');
    const { next_attempt_at, last_attempt_at } = await delivered(app, webhook, { attempts: 1, http_status: 429 });
    expect(Math.abs(Date.parse(next_attempt_at!) - Date.parse(last_attempt_at!) - HOUR)).toBeLessThan(10);
  });

  it('is the last one after ten', async () => {
    server.answer(answers(503));
    const webhook = await subscribe(app, server, ['dispatch.failed']);
    await announce(app, 'dispatch.failed');
    await delivered(app, webhook, { attempts: 1 });
    for (let attempts = 2; attempts <= 10; attempts++) {
      await waitingIsOver(app);
      await delivered(app, webhook, { attempts });
    }
    await delivered(app, webhook, { status: 'failed', attempts: 10, http_status: 503, next_attempt_at: null });
    expect(server.requests).toHaveLength(10);
    expect((await get(webhook)).is_active).toBe(true);
  });

  it('by a redirect goes nowhere else', async () => {
    const other = await startStubServer(takes);
    server.answer(answers(307, { location: other.url }));
    const webhook = await subscribe(app, server, ['dispatch.failed']);
    await announce(app, 'dispatch.failed');
    await delivered(app, webhook, {
      status: 'pending',
      http_status: 307,
      error: expect.stringMatching(/redirect/) as string,
    });
    expect(other.requests).toHaveLength(0);
    await other.close();
  });

  it('because the address is private now says so, and reaches nothing', async () => {
    const strict = await replica({});
    const { id } = await subscribe(strict, { ...server, url: 'https://93.184.215.14' }, ['dispatch.failed']);
    await strict.db.query('UPDATE webhooks SET url = $1', [server.url]); // what its name resolves to has changed
    await announce(strict, 'dispatch.failed');
    await delivered(
      strict,
      { id },
      {
        attempts: 1,
        http_status: null,
        error: expect.stringMatching(/private address/) as string,
      },
    );
    expect(server.requests).toHaveLength(0);
  });
});

describe('a webhook is switched off', () => {
  it('at once where it answers that it is gone, and goes on when somebody switches it on', async () => {
    server.answer(answers(410));
    const webhook = await subscribe(app, server, ['dispatch.failed']);
    await announce(app, 'dispatch.failed');
    await delivered(app, webhook, { status: 'failed', attempts: 1, http_status: 410 });
    expect(await get(webhook)).toMatchObject({ is_active: false, disabled_reason: expect.stringMatching(/410 Gone/) });
    await announce(app, 'dispatch.failed');
    expect(await deliveries(app, webhook)).toHaveLength(1);

    server.answer(takes);
    const on = await app.api.patch(`/webhooks/${webhook.id}`).set('If-Match', '"2"').send({ is_active: true }).expect(200);
    expect(on.body).toMatchObject({ is_active: true, disabled_reason: null });
    await announce(app, 'dispatch.failed');
    await delivered(app, webhook, { status: 'delivered', attempts: 1 });
  });

  it('after five days in which nothing succeeded, and what waits is sent when it is switched on', async () => {
    server.answer(answers(500));
    const webhook = await subscribe(app, server, ['dispatch.failed']);
    await announce(app, 'dispatch.failed');
    await delivered(app, webhook, { attempts: 1 });
    const failingFor = (days: number) =>
      app.db.query('UPDATE webhooks SET failing_since = now() - make_interval(hours => $1)', [days * 24]);

    await failingFor(4);
    await waitingIsOver(app);
    await delivered(app, webhook, { attempts: 2 });
    expect(await get(webhook)).toMatchObject({ is_active: true, disabled_reason: null });

    await failingFor(5);
    await waitingIsOver(app);
    await delivered(app, webhook, { attempts: 3, status: 'pending' });
    expect(await get(webhook)).toMatchObject({ is_active: false, disabled_reason: expect.stringMatching(/5 days/) });

    server.answer(takes);
    await waitingIsOver(app);
    await app.api.patch(`/webhooks/${webhook.id}`).set('If-Match', '*').send({ is_active: true }).expect(200);
    await delivered(app, webhook, { attempts: 4, status: 'delivered' });
  });

  it('never because of failures with a success between them', async () => {
    const webhook = await subscribe(app, server, ['dispatch.failed']);
    await app.db.query(`UPDATE webhooks SET failing_since = now() - interval '30 days'`);
    await announce(app, 'dispatch.failed');
    await delivered(app, webhook, { status: 'delivered' });
    server.answer(answers(500));
    await announce(app, 'dispatch.failed');
    await delivered(app, webhook, { attempts: 1, status: 'pending' });
    expect((await get(webhook)).is_active).toBe(true);
  });
});

it('a webhook that hangs keeps no other one waiting, and what is on its way when the process stops is as before', async () => {
  const slow = await startStubServer((_req, res) => hang(res));
  const hanging = await subscribe(app, slow, ['dispatch.failed']);
  await announce(app, 'dispatch.failed', 100);
  await slow.received(4);
  await subscribe(app, server, ['dispatch.failed']);
  await announce(app, 'dispatch.failed', 50);
  await server.received(50); // while nothing has come of the first

  expect(slow.requests).toHaveLength(4);
  await app.nest.close();
  const rows = await app.db.query(
    `SELECT status, attempts, lease, count(*)::int AS n FROM webhook_deliveries WHERE webhook_id = $1 GROUP BY 1, 2, 3`,
    [hanging.id],
  );
  expect(rows).toEqual([{ status: 'pending', attempts: 0, lease: null, n: 150 }]);
  await slow.close();
});

it('what happened thirty days ago is forgotten, unless it still waits to be sent', async () => {
  server.answer(answers(500));
  const webhook = await subscribe(app, server, ['dispatch.failed']);
  await announce(app, 'dispatch.failed', 3);
  await delivered(app, webhook, { attempts: 1 });
  await eventually(async () => expect((await deliveries(app, webhook)).every(({ attempts }) => attempts === 1)).toBe(true));
  await app.db.query(`UPDATE webhook_events SET occurred_at = now() - interval '31 days' WHERE data ->> 'n' <> '3'`);
  await app.db.query(`UPDATE webhook_deliveries SET status = 'delivered'
                      WHERE event_id IN (SELECT id FROM webhook_events WHERE data ->> 'n' <> '2')`);
  await replica();
  await eventually(async () =>
    expect((await deliveries(app, webhook)).map(({ data }) => data)).toEqual([{ n: 3 }, { n: 2 }]),
  );
});
