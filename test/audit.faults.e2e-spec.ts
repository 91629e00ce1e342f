import { Client } from 'pg';
import { startApp, type TestApp } from './support/app';
import { eventually } from './support/eventually';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy';

/** A change is there exactly when its entry is, wherever it is killed. AUDIT_KILLS=500 for more than CI has time for. */
const KILLS = Number(process.env.AUDIT_KILLS ?? 40);
jest.setTimeout(30_000 + KILLS * 1000);

/** Where a change is killed, once the server has done what is named and before the service hears of it. */
const WINDOWS = ['START TRANSACTION', 'FOR NO KEY UPDATE', 'UPDATE "', 'INSERT INTO audit_entries', 'SELECT 1', 'COMMIT\0'];

/** By its version: each change of it is one more. */
const versioned = (type: string) => `
  SELECT '${type}' AS what, coalesce(t.id::text, e.target_id) AS id, t.version AS changes, count(e.id)::int AS entries
  FROM ${type}s t FULL JOIN (SELECT * FROM audit_entries WHERE target_type = '${type}') e ON e.target_id = t.id::text
  GROUP BY t.id, e.target_id HAVING t.version IS DISTINCT FROM count(e.id)`;

/** What is changed but not on record, or on record but not changed; no rows where all is well. */
const MISMATCHES = [
  ...['segment', 'campaign', 'webhook'].map(versioned),
  `SELECT 'suppression', coalesce(s.user_id::text, e.target_id), count(DISTINCT s.user_id)::int, sum(e.change)::int
   FROM suppressions s FULL JOIN (
     SELECT target_id, CASE WHEN action = 'suppression.lifted' THEN -1 WHEN before_hash IS NULL THEN 1 ELSE 0 END AS change
     FROM audit_entries WHERE target_type = 'suppression'
   ) e ON e.target_id = s.user_id::text
   GROUP BY s.user_id, e.target_id HAVING count(DISTINCT s.user_id) IS DISTINCT FROM sum(e.change)`,
  `SELECT 'dispatch', coalesce(d.id::text, e.target_id), count(d.id)::int, count(e.id)::int
   FROM dispatches d FULL JOIN (SELECT * FROM audit_entries WHERE action = 'dispatch.started') e ON e.target_id = d.id::text
   GROUP BY d.id, e.target_id HAVING count(d.id) <> count(e.id)`,
].join(' UNION ALL ');

let app: TestApp;
let network: TcpProxy;
let customer: string;
let things: { path: string; body: object }[];
beforeAll(async () => {
  network = await startTcpProxy(process.env.TEMPLATE_URL!);
  app = await startApp((url) => ({ DATABASE_URL: network.through(url), ROLES: ['api'] }));
  const segment = await app.make.segment({});
  const campaign = await app.make.campaign([segment]);
  const hook = { url: 'https://93.184.215.14/', events: ['dispatch.failed'] };
  const webhook = (await app.api.post('/webhooks').send(hook).expect(201)).body as { id: string };
  customer = (await app.make.customer()).id;
  things = [
    { path: `/segments/${segment.id}`, body: { name: 'Changed', filters: { last_days: 3 } } },
    { path: `/campaigns/${campaign.id}`, body: { message: 'Changed' } },
    { path: `/webhooks/${webhook.id}`, body: { description: 'Changed' } },
  ];
});
afterAll(async () => {
  await app.close();
  await network.close();
});

const expectTruth = async () => {
  expect(await app.db.query(MISMATCHES)).toEqual([]);
  const verified = await eventually(() => app.api.get('/audit/verification').expect(200));
  expect(verified.body).toMatchObject({ intact: true });
};
const entries = async () => (await app.db.query('SELECT 1 FROM audit_entries')).length;
const ready = () => eventually(() => app.as().get('/health/ready').expect(200));

it('looks in a way that sees a change without its entry, and an entry without its change', async () => {
  const [{ id }] = await app.db.query<{ id: string }>(
    `INSERT INTO segments (name, filters) VALUES ('Unseen', '{}') RETURNING id`,
  );
  expect(await app.db.query(MISMATCHES)).toEqual([{ what: 'segment', id, changes: 1, entries: 0 }]);
  await app.db.query('DELETE FROM segments WHERE id = $1', [id]);
  await app.db.query('UPDATE campaigns SET version = version - 1');
  expect(await app.db.query(MISMATCHES)).toMatchObject([{ what: 'campaign', changes: 0, entries: 1 }]);
  await app.db.query('UPDATE campaigns SET version = version + 1');
  await expectTruth();
});

it('has changed and said so, or neither, wherever its connection broke', async () => {
  const heard = new Map<string, number>();
  for (let round = 0; round < KILLS; round++) {
    const window = WINDOWS[round % WINDOWS.length];
    const { path, body } = things[round % things.length];
    const [before, cut] = [await entries(), network.cutAfter(window)];
    const answer = await app.api.patch(path).set('If-Match', '*').send(body);
    await cut;

    expect(answer.status).toBe(503);
    const isDone = (await entries()) - before;
    heard.set(window, (heard.get(window) ?? 0) + isDone);
    expect([window, isDone]).toEqual([window, window === 'COMMIT\0' ? 1 : 0]);
    await ready();
  }
  expect([...heard.keys()]).toEqual(WINDOWS.slice(0, KILLS));
  await expectTruth();
});

it('has changed and said so, or neither, while the server ends connections as it likes', async () => {
  const admin = new Client({ connectionString: app.db.url });
  await admin.connect();
  const statuses = new Set<number>();
  let isOver = false;
  let serial = 0;
  let succeeded = () => {};
  const changes = [
    () => app.api.post('/segments').send({ name: 'Made', filters: { last_days: (++serial % 90) + 1 } }),
    () =>
      app.api
        .patch(things[0].path)
        .set('If-Match', '*')
        .send({ name: `Name ${++serial}` }),
    () =>
      app.api
        .patch(things[1].path)
        .set('If-Match', '*')
        .send({ message: `Message ${++serial}` }),
    () => app.api.post('/suppressions').send({ user_id: customer, reason: 'other', source: `${++serial}` }),
    () => app.api.delete(`/suppressions/${customer}`),
    async () => {
      const begun = await app.api.post(`${things[1].path}/dispatch`).set('Prefer', 'wait=0');
      return begun.status < 300 ? app.api.post(`/dispatches/${(begun.body as { id: string }).id}/cancel`) : begun;
    },
  ];
  const work = async (mine: number) => {
    for (let i = mine; !isOver; i++) {
      const { status } = await changes[i % changes.length]();
      statuses.add(status);
      if (status < 300) succeeded();
    }
  };
  const working = Promise.all([0, 2, 3, 5].map(work));
  for (let ended = 0; ended < KILLS;) {
    const { rowCount } = await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'crm-service' AND datname = current_database() AND state <> 'idle' ORDER BY random() LIMIT 1`,
    );
    ended += rowCount ?? 0;
    if (rowCount) await new Promise<void>((done) => (succeeded = done)); // so that there is something to be mismatched
  }
  isOver = true;
  await working;
  await admin.end();
  await ready();

  expect([...statuses].filter((status) => ![200, 201, 202, 204, 404, 409, 503].includes(status))).toEqual([]);
  await expectTruth();
});
