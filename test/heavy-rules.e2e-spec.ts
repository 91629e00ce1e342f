import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Rule } from '../src/segments/rules/rule';
import { startApp, type TestApp } from './support/app';
import { eventually } from './support/eventually';
import { refusalFault } from './support/refusal';

let app: TestApp;
afterEach(() => app.close());

/** The statements of the service that wait for a lock. */
const waiting = () =>
  app.db.query(
    `SELECT 1 FROM pg_stat_activity
     WHERE application_name = 'crm-service' AND datname = current_database() AND wait_event_type = 'Lock'`,
  );

it('asks the same question once, however many ask it at the same time', async () => {
  app = await startApp();
  await app.make.customer({}, { days_ago: 2 });
  const somebody = new Client({ connectionString: app.db.url });
  await somebody.connect();
  await somebody.query('BEGIN');
  await somebody.query('LOCK TABLE public.purchase_history IN ACCESS EXCLUSIVE MODE');
  let arrived = 0;
  app.nest.getHttpServer().on('request', () => arrived++);

  const preview = (filters: Rule) => app.api.post('/segments/preview').query({ sample: 0 }).send({ filters });
  const asked = Promise.all([...Array.from({ length: 12 }, () => preview({ last_days: 3 })), preview({ last_days: 1 })]);
  await eventually(async () => expect([arrived, (await waiting()).length]).toEqual([13, 2]));
  await sleep(200); // whoever has arrived has been read
  expect(await waiting()).toHaveLength(2);
  await somebody.end();

  const answers = await asked;
  expect(answers.map(({ status }) => status)).toEqual(Array<number>(13).fill(200));
  const same = answers.slice(0, 12).map(({ body }) => body);
  expect(new Set(same.map(({ as_of, elapsed_ms, total }) => `${as_of} ${elapsed_ms} ${total}`)).size).toBe(1);
  expect([same[0].total, answers[12].body.total]).toEqual([1, 0]);
  const later = (await preview({ last_days: 3 }).expect(200)).body;
  expect(later.as_of > same[0].as_of).toBe(true); // an answer is shared, not kept
});

it('fails for all who share it, and is asked anew by the next', async () => {
  app = await startApp();
  const preview = () => app.api.post('/segments/preview').send({ filters: { products_contain: [{}] } });
  await app.db.query('ALTER TABLE purchase_history RENAME products TO goods');
  for (const answer of await Promise.all([preview(), preview(), preview()]))
    expect(refusalFault(answer, { status: 409, type: 'filter-not-available' })).toBeUndefined();
  await app.db.query('ALTER TABLE purchase_history RENAME goods TO products');
  await preview().expect(200);
});

it('says of a rule that is too heavy which part costs most, and does not hang', async () => {
  app = await startApp({ CUSTOMERS_SCHEMA: 'slow', STATEMENT_TIMEOUT_SECONDS: 1 });
  await app.db.query(`
    CREATE SCHEMA slow;
    CREATE VIEW slow.users AS SELECT * FROM public.users;
    CREATE VIEW slow.purchase_history AS SELECT p.* FROM public.purchase_history p, pg_sleep(4)`);
  await app.make.customer({ preferences: { diet: 'vegan' } }, { days_ago: 2 });
  const heavy: Rule = { last_days: 3, min_total_spent: 5 };
  const filters: Rule = { any: [{ preferences_contains: { diet: 'none' } }, { not: heavy }] };
  const { id } = await app.make.segment(filters);
  const outer = await app.make.segment({ not: { segment_id: id } });
  const campaign = await app.make.campaign([{ id }]);
  const { api } = app;

  const asked: [string, ReturnType<typeof api.get>][] = [
    ['/filters/any/1/not', api.post('/segments/preview').send({ filters })],
    ['/filters', api.post('/segments/preview').send({ filters: heavy })],
    ['/filters/any/1/not', api.get(`/segments/${id}/count`)],
    ['/filters/any/1/not', api.get(`/segments/${id}/users`)],
    ['/filters/any/1/not', api.post(`/segments/${id}/preview-users`)],
    ['/filters/not/segment_id/any/1/not', api.post(`/segments/${outer.id}/preview-users`)],
    ['/filters/any/1/not', api.post(`/campaigns/${campaign.id}/preview-users`)],
    ['/segment_ids/1/any/1/not', api.post('/segments/overlap').send({ segment_ids: [(await app.make.segment({})).id, id] })],
  ];
  for (const [pointer, call] of asked) {
    const answer = await call;
    expect(refusalFault(answer, { status: 503, type: 'rule-too-heavy', pointer })).toBeUndefined();
    expect(answer.body.detail).toContain('last_days, min_total_spent');
    expect(answer.headers['retry-after']).toBe('30');
  }
  const light = { filters: { preferences_contains: { diet: 'vegan' } } };
  expect((await api.post('/segments/preview').query({ sample: 0 }).send(light).expect(200)).body.total).toBe(1);
});
