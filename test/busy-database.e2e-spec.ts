import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { startApp, type TestApp } from './support/app';
import { contents } from './support/contents';
import { refusalFault } from './support/refusal';

let app: TestApp;
afterEach(() => app.close());

/** A session of somebody else that holds what it locked until it is released. */
async function hold(statement: string): Promise<{ release(): Promise<void> }> {
  const client = new Client({ connectionString: app.db.url, options: '-c search_path=crm,public' });
  await client.connect();
  await client.query('BEGIN');
  await client.query(statement);
  return { release: () => client.end() };
}

it('answers 503 where another session holds a lock, changes nothing, and goes on when it lets go', async () => {
  app = await startApp();
  await app.make.customers(2);
  const segment = await app.make.segment();
  const campaign = await app.make.campaign([segment]);
  const before = await contents(app.db);
  const lock = await hold(
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
