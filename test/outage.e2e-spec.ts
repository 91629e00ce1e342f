import { Client } from 'pg';
import type { Response } from 'supertest';
import { raw, sql } from '../src/common/sql';
import { startApp, type TestApp } from './support/app';
import { onServer } from './support/database';
import { eventually } from './support/eventually';
import { refusalFault } from './support/refusal';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy';

let app: TestApp;
let proxy: TcpProxy | undefined;
afterEach(async () => {
  await proxy?.close();
  proxy = undefined;
  await app.close();
});

/** An app that reaches its database through a network that can fail. */
async function startBehindProxy(overrides = {}): Promise<TcpProxy> {
  const network = (proxy = await startTcpProxy(process.env.TEMPLATE_URL!));
  app = await startApp((url) => ({ DATABASE_URL: network.through(url), ...overrides }));
  return network;
}

const unavailable = (answer: Response) => refusalFault(answer, { status: 503, type: 'database-unavailable' });
const health = async () => {
  const [live, ready, summary] = await Promise.all(
    ['/health/live', '/health/ready', '/health'].map((path) => app.as().get(path)),
  );
  return { live: live.status, ready: ready.status, summary: [summary.status, summary.body.status] };
};
const WELL = { live: 200, ready: 200, summary: [200, 'ok'] };
const DEGRADED = { live: 200, ready: 503, summary: [200, 'degraded'] };

const degraded = (): Promise<unknown> =>
  eventually(async () => {
    expect(await health()).toEqual(DEGRADED);
    return 'degraded';
  });
const readyAgain = () => eventually(() => app.as().get('/health/ready').expect(200));

/** Every way to reach the database, one after the other. */
const askEverything = async (campaign: { id: string }, segment: { id: string }): Promise<Response[]> => [
  await app.api.get('/segments'),
  await app.api.post('/segments').send({ name: 'Lost', filters: {} }),
  await app.api.patch(`/segments/${segment.id}`).set('If-Match', '*').send({ name: 'Lost' }),
  await app.api.post(`/segments/${segment.id}/preview-users`),
  await app.api.post(`/campaigns/${campaign.id}/dispatch`),
  await app.api.get('/notifications'),
];

describe('when the database is gone', () => {
  it('answers 503 with Retry-After, stays alive, and goes on when it is back', async () => {
    const network = await startBehindProxy();
    const segment = await app.make.segment();
    const campaign = await app.make.campaign([segment]);
    expect(await health()).toEqual(WELL);

    await network.refuse();
    for (const answer of await askEverything(campaign, segment)) {
      expect(unavailable(answer)).toBeUndefined();
      expect(answer.headers['retry-after']).toBe('5');
    }
    await degraded();

    await network.forward();
    await readyAgain();
    expect((await askEverything(campaign, segment)).map(({ status }) => status)).toEqual([200, 201, 200, 200, 200, 200]);
    expect(await health()).toEqual(WELL);
  });

  it('answers 503 when its database has been dropped', async () => {
    app = await startApp();
    const segment = await app.make.segment();
    const campaign = await app.make.campaign([segment]);
    const name = new URL(app.db.url).pathname.slice(1);
    await onServer(app.db.url, (client) => client.query(sql`DROP DATABASE ${raw(name)} WITH (FORCE)`));

    for (const answer of await askEverything(campaign, segment)) expect(unavailable(answer)).toBeUndefined();
    await degraded();
  });
});

describe('when the database is frozen', () => {
  it('gives requests up with 503, tells before that it is not ready, and goes on when it thaws', async () => {
    const network = await startBehindProxy({ STATEMENT_TIMEOUT_SECONDS: 2, DATABASE_POOL_SIZE: 2 });
    const segment = await app.make.segment();
    const get = () => app.api.get(`/segments/${segment.id}`);
    await Promise.all([get(), get()]); // both connections are there
    expect(await health()).toEqual(WELL);

    network.freeze();
    const asked = get().then((answer) => answer);
    expect(await Promise.race([asked, degraded()])).toBe('degraded');
    expect(unavailable(await asked)).toBeUndefined();
    for (const answer of await Promise.all([get(), get(), get()])) expect(answer.status).toBe(503);

    await network.forward();
    await readyAgain();
    await get().expect(200);
  });
});

describe('when connections break', () => {
  it('keeps a dispatch that was committed although nobody heard of it, and repeats none of it', async () => {
    const network = await startBehindProxy();
    await app.make.customers(3);
    for (let round = 0; round < 5; round++) {
      const campaign = await app.make.campaign([await app.make.segment()]);
      const broken = network.cutAfter('COMMIT\0');
      await app.api.post(`/campaigns/${campaign.id}/dispatch`); // whichever COMMIT it was: of the request, or of a step
      await broken;

      await eventually(() =>
        app.api
          .get(`/campaigns/${campaign.id}/dispatches`)
          .expect(200)
          .then(({ body }) => expect(body).toMatchObject([{ status: 'dispatched', queued: 3 }])),
      );
      const again = await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200);
      expect(again.body).toMatchObject({ matched: 3, already_notified: 3, queued: 0 });
    }
    expect(await app.db.query('SELECT 1 FROM notifications')).toHaveLength(15);
  });

  it('finishes a dispatch that broke in the middle, wherever it broke', async () => {
    const network = await startBehindProxy();
    await app.make.customers(3);
    for (const statement of ['CREATE TEMPORARY TABLE', 'INSERT INTO dispatch_audience', 'INSERT INTO notifications']) {
      const campaign = await app.make.campaign([await app.make.segment()]);
      const broken = network.cutAfter(statement);
      const [answer] = await Promise.all([app.api.post(`/campaigns/${campaign.id}/dispatch`), broken]);

      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ status: 'dispatched', queued: 3 });
    }
    expect(await app.db.query('SELECT 1 FROM notifications')).toHaveLength(9);
  });

  it('leaves nothing of a dispatch that never began', async () => {
    const network = await startBehindProxy();
    const campaign = await app.make.campaign([await app.make.segment()]);
    const broken = network.cutAfter('INSERT INTO dispatches');
    const answer = await app.api.post(`/campaigns/${campaign.id}/dispatch`);
    await broken;

    expect(unavailable(answer)).toBeUndefined();
    expect(await app.db.query('SELECT 1 FROM dispatches')).toEqual([]);
  });

  it('answers only what is documented while the server ends every connection again and again', async () => {
    app = await startApp();
    await app.make.customers(20);
    const segment = await app.make.segment();
    const campaigns = await Promise.all([1, 2, 3, 4].map(() => app.make.campaign([segment])));
    const created: string[] = [];
    const answers: number[] = [];
    let isOver = false;

    const work = async (campaign: { id: string }) => {
      while (!isOver) {
        const segmentMade = await app.api.post('/segments').send({ name: 'Made', filters: {} });
        if (segmentMade.status === 201) created.push(segmentMade.body.id);
        answers.push(segmentMade.status, ...(await askEverything(campaign, segment)).map(({ status }) => status));
      }
    };
    const working = Promise.all(campaigns.map(work));
    const admin = new Client({ connectionString: app.db.url });
    await admin.connect();
    let ended = 0;
    while (ended < 60 || answers.filter((status) => status === 503).length < 20) {
      const { rowCount } = await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'crm-service' AND datname = current_database()`,
      );
      ended += rowCount ?? 0;
    }
    isOver = true;
    await working;
    await admin.end();

    expect([...new Set(answers)].filter((status) => ![200, 201, 409, 503].includes(status))).toEqual([]);
    const kept = await app.db.query<{ id: string }>('SELECT id FROM segments');
    const ids = new Set(kept.map(({ id }) => id));
    expect(created.filter((id) => !ids.has(id))).toEqual([]);

    await readyAgain();
    for (const campaign of campaigns) await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200);
    const wrong = await app.db.query(
      `SELECT d.campaign_id, n.user_id FROM notifications n JOIN dispatches d ON d.id = n.dispatch_id GROUP BY 1, 2 HAVING count(*) > 1`,
    );
    expect(wrong).toEqual([]);
    expect(await app.db.query('SELECT 1 FROM notifications')).toHaveLength(80);
    expect(await app.db.query(`SELECT 1 FROM dispatches WHERE status <> 'dispatched'`)).toEqual([]);
  });
});
