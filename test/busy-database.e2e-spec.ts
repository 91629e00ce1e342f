import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { startApp, type TestApp } from './support/app';
import { contents } from './support/contents';
import { eventually } from './support/eventually';
import { sendTo } from './support/sending';
import { hold, releaseAll } from './support/hold';
import { refusalFault } from './support/refusal';

let app: TestApp;
afterEach(async () => {
  await releaseAll();
  await app.close();
});

it('answers 503 where another session holds a lock, changes nothing, and goes on when it lets go', async () => {
  app = await startApp();
  await app.make.customers(2);
  const segment = await app.make.segment();
  const campaign = await app.make.campaign([segment]);
  const before = await contents(app.db);
  const lock = await hold(
    app.db,
    'LOCK TABLE segments, campaigns, dispatches, dispatch_lanes, notifications, users IN ACCESS EXCLUSIVE MODE',
  );

  const ask = () => [
    app.api.get('/segments'),
    app.api.post('/segments').send({ name: 'Busy', filters: {} }),
    app.api.patch(`/campaigns/${campaign.id}`).set('If-Match', '*').send({ name: 'Busy' }),
    app.api.post(`/segments/${segment.id}/preview-users`),
    app.api.post(`/campaigns/${campaign.id}/dispatch`),
    app.api.get('/notifications'),
  ];
  for (const answer of await Promise.all(ask())) {
    expect(refusalFault(answer, { status: 503, type: 'database-busy' })).toBeUndefined();
    expect(answer.headers['retry-after']).toBe('2');
  }
  await app.as().get('/health/ready').expect(200);

  await lock.release();
  expect(await contents(app.db)).toEqual(before);
  expect((await Promise.all(ask())).map(({ status }) => status)).toEqual([200, 201, 200, 200, 200, 200]);
});

describe('a request that waits for a session which waits for it', () => {
  /** Locks `held`, lets the request come and wait for that, and asks for what the request has: PostgreSQL ends one of the two. */
  async function cross<T>(request: () => Promise<T>, held: string, wanted: string): Promise<T> {
    const session = await hold(app.db, held);
    const answer = request();
    await session.waitedForBy(1);
    await session.run(wanted);
    await session.commit();
    const answered = await answer;
    const [{ deadlocks }] = await app.db.query(
      'SELECT pg_stat_clear_snapshot(), deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(deadlocks).not.toBe('0');
    return answered;
  }
  const entries = (action: string) => app.db.query('SELECT 1 FROM audit_entries WHERE action = $1', [action]);
  const LANES = 'SELECT FROM dispatch_lanes FOR UPDATE';
  const AUDIT = 'LOCK TABLE audit_entries IN SHARE MODE';

  it.each([
    ['', {}],
    [' with a key', { 'Idempotency-Key': randomUUID() }],
  ])('is answered, and marks once%s', async (_, headers: Record<string, string>) => {
    app = await startApp();
    await app.make.customers(1);
    await sendTo(app, 'email');
    const [{ id }] = (await app.api.get('/notifications')).body;

    const answer = await cross(
      async () => app.api.post(`/notifications/${id}/mark-sent`).set(headers),
      LANES,
      'SELECT FROM notifications FOR UPDATE',
    );

    expect([answer.status, answer.body.status]).toEqual([200, 'sent']);
    expect(await app.db.query('SELECT total, sent FROM dispatch_lanes')).toEqual([{ total: 1, sent: 1 }]);
    expect(await app.db.query(`SELECT 1 FROM idempotency_keys WHERE route LIKE '%mark-sent'`)).toHaveLength(
      Object.keys(headers).length,
    );
  });

  it('is answered, and makes one segment, one entry and one kept answer', async () => {
    app = await startApp();
    const key = randomUUID();
    const create = async () => app.api.post('/segments').set('Idempotency-Key', key).send({ name: 'New', filters: {} });

    const answer = await cross(create, AUDIT, 'LOCK TABLE segments IN SHARE MODE');

    expect(answer.status).toBe(201);
    expect((await create()).body).toEqual(answer.body);
    expect(await app.db.query('SELECT id FROM segments')).toEqual([{ id: answer.body.id }]);
    expect(await entries('segment.created')).toHaveLength(1);
    expect(await app.db.query('SELECT 1 FROM idempotency_keys')).toHaveLength(1);
  });

  it('is answered, and edits and deletes once', async () => {
    app = await startApp();
    const { id } = await app.make.segment();
    const at = `/segments/${id}`;
    const edit = async () => app.api.patch(at).set('If-Match', '"1"').send({ name: 'Changed' });

    const edited = await cross(edit, AUDIT, 'SELECT FROM segments FOR UPDATE');
    const deleted = await cross(
      async () => app.api.delete(at).set('If-Match', '"2"'),
      AUDIT,
      'SELECT FROM segments FOR UPDATE',
    );

    expect([edited.status, edited.headers.etag, deleted.status]).toEqual([200, '"2"', 204]);
    expect([(await entries('segment.updated')).length, (await entries('segment.deactivated')).length]).toEqual([1, 1]);
  });
});

it('answers all but one in a thousand while sessions hold rows, and cross each other and the requests', async () => {
  app = await startApp();
  // a second each where nothing is said
  await app.db.query(
    `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''50ms''', current_database()); END $$`,
  );
  const quick = await startApp({ DATABASE_URL: app.db.url }); // whose connections have heard of it
  await app.make.customers(400);
  await sendTo(app, 'email');
  const ids = (await app.api.get('/notifications').query({ limit: 1000 })).body.map(({ id }: { id: string }) => id);
  const segments = await Promise.all(Array.from({ length: 10 }, () => app.make.segment()));
  let isOver = false;
  const some = (table: string) =>
    `SELECT FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} ORDER BY random() LIMIT 60)) FOR UPDATE`;
  const inTheWay = async () => {
    const client = new Client({ connectionString: app.db.url, options: '-c search_path=crm,public' });
    await client.connect();
    for (let round = 0; !isOver; round++) {
      await client.query('BEGIN');
      // a lane, then notifications: the other way round than whoever marks them
      const tables = round % 3 === 0 ? ['dispatch_lanes', 'notifications'] : [['segments', 'notifications'][round % 2]];
      for (const table of tables) await client.query(some(table)).catch(() => client.query('ROLLBACK; BEGIN'));
      await client.query('SELECT pg_sleep(0.02)');
      await client.query('COMMIT; SELECT pg_sleep(0.02)');
    }
    await client.end();
  };
  const answers: number[] = [];
  const work = async (mine: string[], segment: { id: string }) => {
    for (const id of mine) {
      const marked = await quick.api.post(`/notifications/${id}/mark-sent`).set('Idempotency-Key', randomUUID());
      const edited = await quick.api.patch(`/segments/${segment.id}`).set('If-Match', '*').send({ description: id });
      const again = await quick.api.post(`/notifications/${id}/mark-sent`).send({ delivery_info: { again: true } });
      answers.push(marked.status, edited.status, again.status);
    }
  };
  const inWay = Promise.all([inTheWay(), inTheWay()]);
  await Promise.all(segments.map((segment, i) => work(ids.slice(i * 40, i * 40 + 40), segment)));
  isOver = true;
  await inWay;

  expect(answers).toHaveLength(1200);
  expect(answers.filter((status) => status !== 200).length).toBeLessThanOrEqual(1);
  expect(await app.db.query('SELECT total, sent FROM dispatch_lanes')).toEqual([{ total: 400, sent: 400 }]);
  await eventually(async () => {
    const [{ deadlocks }] = await app.db.query('SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()');
    expect(Number(deadlocks)).toBeGreaterThan(2); // or nobody was in the way
  });
  await quick.close();
}, 120_000);

it('gives a slow question up with 503, and a dispatch its time', async () => {
  app = await startApp({ CUSTOMERS_SCHEMA: 'slow', STATEMENT_TIMEOUT_SECONDS: 1 });
  // four seconds: longer than a request may take, and longer than the server of a request may be silent
  await app.db.query(`
    CREATE SCHEMA slow;
    CREATE VIEW slow.users AS SELECT u.* FROM public.users u, pg_sleep(4);
    CREATE VIEW slow.purchase_history AS SELECT * FROM public.purchase_history`);
  await app.make.customers(2);
  const segment = await app.make.segment();
  const campaign = await app.make.campaign([segment]);

  const preview = await app.api.post(`/segments/${segment.id}/preview-users`);
  expect(refusalFault(preview, { status: 503, type: 'rule-too-heavy' })).toBeUndefined();
  expect(preview.headers['retry-after']).toBe('30');

  const dispatch = await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200);
  expect(dispatch.body).toMatchObject({ queued: 2 });
  // its time was its own: the connection it had is as impatient as before
  const again = await Promise.all([1, 2, 3].map(() => app.api.post(`/segments/${segment.id}/preview-users`)));
  expect(again.map(({ status }) => status)).toEqual([503, 503, 503]);
});

it('answers 503 while every connection is in use, and goes on when one is free', async () => {
  app = await startApp({ DATABASE_POOL_SIZE: 2 });
  const runners = [1, 2].map(() => app.nest.get(DataSource).createQueryRunner());
  await Promise.all(runners.map((runner) => runner.connect()));

  const answers = await Promise.all([
    app.api.get('/segments'),
    app.api.post('/segments').send({ name: 'Busy', filters: {} }),
  ]);
  for (const answer of answers) expect(refusalFault(answer, { status: 503, type: 'database-busy' })).toBeUndefined();
  await app.as().get('/health/live').expect(200);

  await Promise.all(runners.map((runner) => runner.release()));
  await app.api.get('/segments').expect(200);
  expect(await app.db.query('SELECT 1 FROM segments')).toEqual([]);
});

it('holds no more connections than it may, however much is asked', async () => {
  app = await startApp({ DATABASE_POOL_SIZE: 3 });
  const answers = await Promise.all(Array.from({ length: 60 }, () => app.api.get('/segments')));
  const [{ held }] = await app.db.query<{ held: number }>(
    `SELECT count(*)::int AS held FROM pg_stat_activity WHERE application_name = 'crm-service' AND datname = current_database()`,
  );
  expect([held, new Set(answers.map(({ status }) => status))]).toEqual([3, new Set([200])]);
});

it('sets up every connection so that it waits for nothing for ever', async () => {
  app = await startApp({ STATEMENT_TIMEOUT_SECONDS: 7 });
  const names = [
    'statement_timeout',
    'lock_timeout',
    'idle_in_transaction_session_timeout',
    'application_name',
    'search_path',
    'TimeZone',
  ];
  const settings = await Promise.all(
    names.map(async (name) => {
      const [{ value }] = await app.nest
        .get(DataSource)
        .query<[{ value: string }]>('SELECT current_setting($1) AS value', [name]);
      return [name, value];
    }),
  );
  expect(Object.fromEntries(settings)).toEqual({
    statement_timeout: '7s',
    lock_timeout: '2s',
    idle_in_transaction_session_timeout: '10s',
    application_name: 'crm-service',
    search_path: 'crm,public',
    TimeZone: 'UTC',
  });
});
