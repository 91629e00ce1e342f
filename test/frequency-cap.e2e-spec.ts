import { startApp, type TestApp } from './support/app';
import { begin, crowd, drain, look, step } from './support/dispatching';
import type { Made } from './support/make';

/** Two replicas on one database; the tests make every step of a dispatch themselves. */
let one: TestApp;
let other: TestApp;
beforeAll(async () => {
  one = await startApp({ ROLES: ['api'] });
  other = await startApp({ DATABASE_URL: one.db.url, ROLES: ['api'] });
});
afterAll(async () => {
  await other.close();
  await one.close();
});

let serial = 0;
/** So many campaigns with one cap to the same customers. */
async function campaigns(count: number, customers: number, max: number): Promise<{ ids: string[]; all: Made[] }> {
  const tag = `tag-${++serial}`;
  const ids = await crowd(one.db, customers, { tag });
  const segment = await one.make.segment({ preferences_contains: { tag } });
  const rules = { frequency_cap: { max, per_days: 7 } };
  const all: Made[] = [];
  for (let i = 0; i < count; i++) all.push(await one.make.campaign([segment], 'Hello', rules));
  return { ids, all };
}

/** How many customers have so many notifications of these campaigns. */
const having = async (all: Made[]): Promise<Record<number, number>> => {
  const found = await one.db.query<{ had: number; customers: number }>(
    `SELECT had, count(*)::int AS customers FROM (
       SELECT count(*)::int AS had FROM notifications n JOIN dispatches d ON d.id = n.dispatch_id WHERE d.campaign_id = ANY ($1) GROUP BY n.user_id
     ) c GROUP BY had`,
    [all.map(({ id }) => id)],
  );
  return Object.fromEntries(found.map(({ had, customers }) => [had, customers]));
};

/** Begins a dispatch of each, and resolves it while nobody has had anything. @returns their ids */
async function resolved(all: Made[]): Promise<string[]> {
  const runs: string[] = [];
  for (const campaign of all) {
    runs.push(await begin(one, campaign));
    await step(one, runs.at(-1)!);
  }
  return runs;
}

describe.each([
  [1, 2],
  [2, 3],
  [1, 3],
])('a cap of %d', (max, count) => {
  it(`holds when ${count} campaigns to the same customers are written at the same moment`, async () => {
    const { ids, all } = await campaigns(count, 12_000, max);
    const runs = await resolved(all);
    for (const id of runs) expect(await look(one, id)).toMatchObject({ status: 'writing', targeted: 12_000 });

    await Promise.all(runs.flatMap((id) => [drain(one, id), drain(other, id)]));

    expect(await having(all)).toEqual({ [max]: ids.length });
    const ended = await Promise.all(runs.map((id) => look(one, id)));
    for (const { status, matched, targeted, queued, reasons } of ended)
      expect([status, matched, targeted, targeted + reasons.frequency_capped]).toEqual([
        'dispatched',
        12_000,
        queued,
        12_000,
      ]);
    expect(ended.reduce((sum, { queued }) => sum + queued, 0)).toBe(max * ids.length);
  });
});

it('holds when two campaigns are dispatched at the same moment by replicas that dispatch by themselves', async () => {
  const replicas = [await startApp({ DATABASE_URL: one.db.url }), await startApp({ DATABASE_URL: one.db.url })];
  const { ids, all } = await campaigns(2, 12_000, 1);

  const answers = await Promise.all(
    all.map((campaign, i) =>
      replicas[i].api.post(`/campaigns/${campaign.id}/dispatch`).set('Prefer', 'wait=60').expect(200),
    ),
  );
  for (const replica of replicas) await replica.close();

  expect(answers.map(({ body }) => body.status)).toEqual(['dispatched', 'dispatched']);
  expect(await having(all)).toEqual({ 1: ids.length });
}, 60_000);

describe('a customer who reaches the cap while a dispatch is written', () => {
  it('moves from the targeted to the capped, and so does one who is held out: both stay alike', async () => {
    const { all, ids } = await campaigns(2, 400, 1);
    await one.api.patch(`/campaigns/${all[0].id}`).set('If-Match', '*').send({ holdout_percent: 50 }).expect(200);
    const [slow] = await resolved([all[0]]);
    const before = await look(one, slow);
    await one.api
      .patch(`/campaigns/${all[1].id}`)
      .set('If-Match', '*')
      .send({ segment_ids: [(await one.make.segment({ user_ids_in: ids.slice(0, 200) })).id] })
      .expect(200);
    await drain(one, await begin(one, all[1]));

    await drain(one, slow);

    const after = await look(one, slow);
    const stay = new Set(ids.slice(200));
    const audience = await one.db.query<{ user_id: string; reason: number }>(
      'SELECT c.user_id, c.reason FROM dispatch_audience a, unnest(a.user_ids, a.reasons) AS c (user_id, reason) WHERE dispatch_id = $1',
      [slow],
    );
    expect(before.reasons).toMatchObject({ frequency_capped: 0 });
    expect(audience.filter(({ reason }) => reason === 4).map(({ user_id }) => user_id)).toEqual(ids.slice(0, 200));
    const left = audience.filter(({ user_id }) => stay.has(user_id));
    expect(after).toMatchObject({
      status: 'dispatched',
      matched: 400,
      targeted: left.filter(({ reason }) => reason === 0).length,
      reasons: { frequency_capped: 200, holdout: left.filter(({ reason }) => reason === 5).length },
    });
  });

  it('is not reached by what is cancelled meanwhile, a test, or what was written before its days', async () => {
    const { all, ids } = await campaigns(4, 3, 1);
    const [slow] = await resolved([all[0]]);
    const cancelled = await begin(one, all[1]);
    await drain(one, cancelled);
    await one.api.post(`/dispatches/${cancelled}/cancel`).expect(200);
    const test = await one.api.post(`/campaigns/${all[2].id}/test-send`).set('Prefer', 'wait=0').send({ user_ids: ids });
    await drain(one, test.body.id);
    const old = await begin(one, all[3]);
    await drain(one, old);
    await one.db.query(
      `UPDATE dispatch_lanes SET created_at = now() - interval '168 hours 1 minute' WHERE dispatch_id = $1`,
      [old],
    );

    await drain(one, slow);

    expect(await look(one, slow)).toMatchObject({ status: 'dispatched', queued: 3, reasons: { frequency_capped: 0 } });
  });

  it('is reached by one that is paused, or was written a minute within its days', async () => {
    const { all } = await campaigns(3, 3, 2);
    const [slow] = await resolved([all[0]]);
    const [paused, old] = [await begin(one, all[1]), await begin(one, all[2])];
    for (const id of [paused, old]) await drain(one, id);
    await one.api.post(`/dispatches/${paused}/pause`).expect(200);
    await one.db.query(
      `UPDATE dispatch_lanes SET created_at = now() - interval '167 hours 59 minutes' WHERE dispatch_id = $1`,
      [old],
    );

    await drain(one, slow);

    expect(await look(one, slow)).toMatchObject({ status: 'dispatched', queued: 0, reasons: { frequency_capped: 3 } });
  });
});
