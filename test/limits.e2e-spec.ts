import { connect } from 'node:net';
import { DataSource } from 'typeorm';
import type { Config } from '../src/config/config';
import { ADMIN_TOKEN, startApp, type TestApp, WORKER_TOKEN } from './support/app';
import { eventually } from './support/eventually';
import { refusalFault } from './support/refusal';
import { answerJson, startStubServer, type StubServer } from './support/stub-server';
import { send } from './support/wire';

const OTHER_ADMIN = 'another-admin-token-for-tests';
const LEASE = { lease_token: '00000000-0000-4000-8000-000000000000' };

let app: TestApp;
let auth: StubServer | undefined;
afterEach(async () => {
  await app.close();
  await auth?.close();
  auth = undefined;
});

/** What `times` requests in a row were answered. */
async function answered(times: number, one: (n: number) => Promise<{ status: number }>): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < times; n++) statuses.push((await one(n)).status);
  return statuses;
}

/** Whatever a caller may choose, chosen anew each time. */
const disguised = (n: number) => ({
  'x-forwarded-for': `203.0.113.${n}`,
  forwarded: `for=203.0.113.${n}`,
  'x-real-ip': `203.0.113.${n}`,
  'x-request-id': `request-${n}`,
  'user-agent': `browser/${n}`,
});

describe('a caller who asks too much', () => {
  it('is told to wait, whatever else of his requests he changes, and nobody else is', async () => {
    app = await startApp({
      ADMIN_TOKENS: [ADMIN_TOKEN, OTHER_ADMIN],
      ADMIN_REQUESTS_PER_SECOND: 1,
      WORKER_REQUESTS_PER_SECOND: 1,
    });
    const asked = (n: number) =>
      app.api
        .post('/segments/preview')
        .set(disguised(n))
        .send({ filters: { last_days: n + 1 } });

    const statuses = await answered(30, asked);

    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(200)); // what may come at once
    expect(statuses).toContain(429);
    const refused = await eventually(async () => {
      const answer = await asked(99);
      expect(answer.status).toBe(429);
      return answer;
    });
    expect(refusalFault(refused, { status: 429, type: 'too-many-requests' })).toBeUndefined();
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    await app.as(OTHER_ADMIN).get('/segments').expect(200);
    await app.as(WORKER_TOKEN).get('/notifications').expect(200);
    for (const path of ['/', '/health', '/health/live', '/health/ready']) await app.api.get(path).expect(200);
    await app.api.get('/metrics').expect(200, /crm_requests_turned_away_total\{reason="rate"\} [1-9]/);
  });

  it('is counted by his own token, as a worker too', async () => {
    app = await startApp({ WORKER_REQUESTS_PER_SECOND: 1 });
    const statuses = await answered(30, (n) => app.as(WORKER_TOKEN).get('/notifications').set(disguised(n)));
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(await answered(30, () => app.api.get('/notifications'))).toEqual(Array(30).fill(200));
  });

  it('changes nothing with a request that was refused, and may repeat it with its key', async () => {
    app = await startApp({ ADMIN_REQUESTS_PER_SECOND: 1 });
    await answered(12, () => app.api.get('/segments'));
    const create = () =>
      app.api.post('/segments').set('Idempotency-Key', 'the-same-key-each-time').send({ name: 'Once', filters: {} });
    const before = await create();
    await eventually(async () => expect((await create()).status).toBe(201));
    expect(await app.db.query('SELECT 1 FROM segments')).toHaveLength(1);
    expect([201, 429]).toContain(before.status);
  });
});

describe('an address that is refused again and again', () => {
  const guess = (n: number) =>
    send(app.url, { path: '/segments', headers: { authorization: `Bearer made-up-token-number-${n}`, ...disguised(n) } });

  it('is told to wait, whoever it says it is; a token that is known is let in all the same', async () => {
    app = await startApp({ REFUSALS_PER_MINUTE: 5 });

    expect(await answered(8, guess)).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    const refused = await guess(9);
    expect(refused.body).toMatchObject({ type: 'urn:crm-service:problem:too-many-requests', status: 429 });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    await app.as().get('/health/live').expect(200);
    await app.api.get('/segments').expect(200);
    await app.as(WORKER_TOKEN).get('/segments').expect(429); // not open to workers
    await app.as(WORKER_TOKEN).get('/notifications').expect(200);
  });

  it('is what a trusted proxy says it is, and nobody else', async () => {
    app = await startApp({ REFUSALS_PER_MINUTE: 2, TRUSTED_PROXIES: ['127.0.0.1'] });
    const from = (address: string) =>
      answered(4, () => send(app.url, { path: '/segments', headers: { 'x-forwarded-for': address } }));

    expect(await from('203.0.113.1')).toEqual([401, 401, 429, 429]);
    expect(await from('198.51.100.7, 203.0.113.1')).toEqual([429, 429, 429, 429]); // the proxy saw the last one
    expect(await from('203.0.113.2')).toEqual([401, 401, 429, 429]);
    expect(await from('2001:db8:0:1::1')).toEqual([401, 401, 429, 429]);
    expect(await from('2001:db8::1:ffff:0:0:2')).toEqual([429, 429, 429, 429]); // the same network
    expect(await from('2001:db8:0:2::1')).toEqual([401, 401, 429, 429]);
  });

  it('has nobody asked about its tokens', async () => {
    auth = await startStubServer((request, response) =>
      request.headers.authorization === 'Bearer the-token-of-ana'
        ? answerJson(response, 200, { id: 'ana', role: 'admin' })
        : answerJson(response, 401, {}),
    );
    app = await startApp({ REFUSALS_PER_MINUTE: 3, AUTH_SERVICE_URL: auth.url });
    await app.as('the-token-of-ana').get('/segments').expect(200);
    await answered(3, guess);
    expect(auth.requests).toHaveLength(4);

    expect(await answered(5, (n) => guess(n + 100))).toEqual([429, 429, 429, 429, 429]);

    expect(auth.requests).toHaveLength(4);
    await app.as('the-token-of-ana').get('/segments').expect(200); // whom it was told of already
  });
});

describe('more than the process can do', () => {
  /** Every connection is somebody's, and `waiting` wait for one. */
  async function exhaust(waiting: number) {
    const database = app.nest.get(DataSource);
    const runners = [1, 2].map(() => database.createQueryRunner());
    await Promise.all(runners.map((runner) => runner.connect()));
    const others = Array.from({ length: waiting }, () => app.api.get('/segments').then(({ status }) => status));
    return { others: Promise.all(others), release: () => Promise.all(runners.map((runner) => runner.release())) };
  }
  const turnedAway = async (answer: Promise<unknown>) => {
    const it = (await answer) as Parameters<typeof refusalFault>[0] & { headers: Record<string, string> };
    expect(refusalFault(it, { status: 503, type: 'overloaded' })).toBeUndefined();
    expect(it.headers['retry-after']).toBe('2');
  };

  it('is turned away at once where too many wait for the database; what ends work is not', async () => {
    app = await startApp({ DATABASE_POOL_SIZE: 2, MAX_WAITING_FOR_DATABASE: 20 });
    await app.as(WORKER_TOKEN).get('/notifications').expect(200);
    const { others, release } = await exhaust(20);
    await eventually(() => turnedAway(app.api.get('/segments').then((answer) => answer)));

    await turnedAway(
      app.api
        .post('/segments')
        .send({ name: 'Too much', filters: {} })
        .then((answer) => answer),
    );
    await turnedAway(
      app
        .as(WORKER_TOKEN)
        .post('/notifications/claim')
        .send({ limit: 1 })
        .then((answer) => answer),
    );
    await app.as().get('/health/live').expect(200);
    const settled = [
      app.as(WORKER_TOKEN).post('/notifications/settle').send(LEASE),
      app
        .as(WORKER_TOKEN)
        .post('/notifications/extend')
        .send({ ...LEASE, lease_seconds: 60 }),
      app.as(WORKER_TOKEN).post('/notifications/release').send(LEASE),
      app.api.post('/dispatches/1/pause'),
      app.api.post('/dispatches/1/cancel'),
    ].map((call) => call.then(({ status }) => status));
    const metrics = app.api.get('/metrics').then(({ text }) => text);
    await release();

    expect(await others).toContain(200); // who waited already is served
    expect(await Promise.all(settled)).toEqual([409, 409, 409, 404, 404]); // they came to the database: there is no such lease or dispatch
    expect(await metrics).toMatch(/crm_requests_turned_away_total\{reason="database"\} [1-9]/);
    await app.api.get('/segments').expect(200);
  });

  it.each<[leaves: string, atOnce: number, config: Partial<Config>]>([
    ['half of it', 2, { DATABASE_POOL_SIZE: 4 }],
    ['all but RULES_AT_ONCE', 1, { DATABASE_POOL_SIZE: 4, RULES_AT_ONCE: 1 }],
  ])('is not taken from the pool by questions about rules: for what takes milliseconds there is %s', async (...given) => {
    const [, atOnce, config] = given;
    app = await startApp({ ...config, CUSTOMERS_SCHEMA: 'slow', STATEMENT_TIMEOUT_SECONDS: 5 });
    await app.db.query(`
      CREATE SCHEMA slow;
      CREATE VIEW slow.users AS SELECT u.* FROM public.users u, pg_sleep(3);
      CREATE VIEW slow.purchase_history AS SELECT * FROM public.purchase_history`);
    await app.make.customers(1);
    const ask = (last_days: number) => app.api.post('/segments/preview?sample=0').send({ filters: { last_days } });

    const asked = Promise.all(Array.from({ length: 30 }, (_, n) => ask(n + 1)));
    await eventually(async () => {
      const [{ busy }] = await app.db.query<{ busy: number }>(
        `SELECT count(*)::int AS busy FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%purchase_history%' AND state = 'active' AND wait_event = 'PgSleep'`,
      );
      expect(busy).toBe(atOnce);
    });
    await app.as(WORKER_TOKEN).post('/notifications/settle').send(LEASE).expect(409);
    await app.api.get('/segments').expect(200);

    const answers = await asked;
    const busy = answers.filter(({ status }) => status === 503);
    expect(busy.length).toBeGreaterThanOrEqual(8); // those for whom there is no room to wait either
    for (const answer of busy) expect(refusalFault(answer, { status: 503, type: 'database-busy' })).toBeUndefined();
  });

  it('is turned away while the event loop is late, and taken again when it is not', async () => {
    app = await startApp({ MAX_EVENT_LOOP_DELAY_MS: 20 });
    const block = () => {
      for (const until = performance.now() + 500; performance.now() < until;);
    };
    await eventually(async () => {
      block();
      await turnedAway(app.api.get('/segments').then((answer) => answer));
    });
    block();
    await app.as().get('/health/live').expect(200);
    block();
    await app.as(WORKER_TOKEN).post('/notifications/settle').send(LEASE).expect(409);

    await eventually(() => app.api.get('/segments').expect(200));
    await app.api.get('/metrics').expect(200, /crm_requests_turned_away_total\{reason="event_loop"\} [1-9]/);
  });
});

it('cuts off who begins a request and never ends it, and serves the others meanwhile', async () => {
  app = await startApp();
  const server = app.nest.getHttpServer();
  expect([server.headersTimeout, server.requestTimeout]).toEqual([10_000, 60_000]);
  server.headersTimeout = server.requestTimeout = 100;
  const slow = [
    'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ',
    'POST /segments HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
  ].map(
    (begun) =>
      new Promise<string>((done) => {
        const socket = connect(Number(new URL(app.url).port), '127.0.0.1', () => socket.write(begun));
        let heard = '';
        socket
          .on('data', (data) => (heard += data.toString()))
          .on('close', () => done(heard))
          .on('error', () => undefined);
      }),
  );
  await app.as().get('/health/ready').expect(200);

  for (const heard of await Promise.all(slow)) expect(heard).toMatch(/^HTTP\/1.1 408 Request Timeout/);
});
