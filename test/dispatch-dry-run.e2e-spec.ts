import { startApp, type TestApp } from './support/app';
import { audienceOf, begin, crowd, look, notified, seen } from './support/dispatching';
import { eventually } from './support/eventually';
import { hold, releaseAll } from './support/hold';
import type { Made } from './support/make';
import { insertPastDispatch, TARGETED } from './support/past-dispatch';
import { refusalFault } from './support/refusal';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterEach(releaseAll);
afterAll(() => app.close());

const dispatch = (campaign: { id: string }, body: object = {}, query: object = {}) =>
  app.api.post(`/campaigns/${campaign.id}/dispatch`).query(query).send(body);
const dryRun = async (campaign: { id: string }, body: object = {}) =>
  (await dispatch(campaign, body, { dry_run: true }).expect(200)).body;

let serial = 0;
/** A segment of its own: whoever has its tag is in it. */
async function tagged(rule: object = {}): Promise<{ tag: string; segment: Made }> {
  const tag = `tag-${++serial}`;
  return { tag, segment: await app.make.segment({ preferences_contains: { [tag]: true }, ...rule }) };
}
/** A campaign to so many customers of its own. */
async function campaignTo(customers: number, rules: object = {}) {
  const { tag, segment } = await tagged();
  const ids = await crowd(app.db, customers, { [tag]: true });
  return { tag, ids, campaign: await app.make.campaign([segment], 'Hello', rules) };
}
const written = () => app.db.query('SELECT dispatch_id, user_id FROM notifications ORDER BY 1, 2');

describe('a dry run', () => {
  it('says to the letter what a dispatch at the same instant does right after, and writes nothing', async () => {
    const { tag, segment } = await tagged({ last_days: 30, min_total_spent: 5 });
    const out = await app.make.segment({ preferences_contains: { [tag]: true }, min_total_spent: 30 });
    const ids = await crowd(app.db, 200, { [tag]: true });
    await app.db.query(
      `INSERT INTO purchase_history (id, user_id, ticket_id, purchase_date, store_name, total_amount)
       SELECT gen_random_uuid(), user_id, gen_random_uuid(), timestamptz '2025-03-01T12:00:00Z' - i * interval '5 hours', 'Mercat', i % 37
       FROM unnest($1::uuid[]) WITH ORDINALITY AS c (user_id, i)`,
      [ids],
    );
    const campaign = await app.make.campaign([segment], 'Hello', {
      excluded_segment_ids: [out.id],
      holdout_percent: 20,
      frequency_cap: { max: 1, per_days: 30 },
    });
    await dispatch(campaign, { as_of: '2025-02-10T00:00:00Z' }).expect(200); // some had it already
    const other = await app.make.campaign([await app.make.segment({ user_ids_in: ids.slice(0, 40) })]);
    await dispatch(other).expect(200);
    for (const user_id of ids.slice(30, 50))
      await app.api.post('/suppressions').send({ user_id, reason: 'bounced' }).expect(201);
    const before = await written();
    const as_of = '2025-03-01T12:00:00.123456Z';

    const dry = await dryRun(campaign, { as_of });
    expect(await written()).toEqual(before);
    const real = (await dispatch(campaign, { as_of }).expect(200)).body;

    const figures = ({ as_of, matched, targeted, reasons, already_notified }: typeof dry) => ({
      ...{ as_of, matched, targeted, reasons, already_notified },
    });
    expect(figures(dry)).toEqual(figures(real));
    expect(dry).toMatchObject({ kind: 'dry_run', status: 'previewed', as_of, queued: 0 });
    expect(dry.progress).toEqual({ queued: 0, sent: 0, failed: 0, cancelled: 0 });
    for (const count of [dry.targeted, ...Object.values(dry.reasons)]) expect(count).toBeGreaterThan(0);
    expect(await audienceOf(app, dry.id)).toEqual(await audienceOf(app, real.id));
    expect(dry.preview.sample).toEqual((await notified(app.db, { dispatch: real.id })).slice(0, 10));
    expect(real).not.toHaveProperty('preview');
    expect(await look(app, dry.id)).toEqual(dry);
  });

  it('stands in nobody’s way, and nobody in its: beside a dispatch under way, one that is paused, and others of its kind', async () => {
    const { campaign } = await campaignTo(3);
    const gate = await hold(app.db, 'LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
    const ids = [
      await begin(app, campaign, {}, { dry_run: true }),
      await begin(app, campaign),
      await begin(app, campaign, {}, { dry_run: true }),
    ];
    await app.api.post(`/dispatches/${ids[1]}/pause`).expect(200);
    await gate.release();

    for (const id of [ids[0], ids[2]]) expect(await seen(app, id, 'previewed')).toMatchObject({ targeted: 3 });
    expect(await dryRun(campaign)).toMatchObject({ targeted: 3 });
    await app.api.post(`/dispatches/${ids[1]}/resume`).expect(200);
    expect(await seen(app, ids[1], 'dispatched')).toMatchObject({ queued: 3 });
    expect(await dryRun(campaign)).toMatchObject({ targeted: 0, reasons: { already_notified: 3 } });
  });

  it('shows what each segment gives, where they overlap, and the first of the targeted', async () => {
    const [a, b, c, nobody] = [await tagged(), await tagged(), await tagged(), await tagged()];
    const having = (count: number, ...tags: string[]) =>
      crowd(app.db, count, Object.fromEntries(tags.map((tag) => [tag, true])));
    await having(7, a.tag);
    await having(2, b.tag);
    await having(4, a.tag, b.tag);
    await having(3, b.tag, c.tag);
    const all = await having(1, a.tag, b.tag, c.tag);
    const segments = [a, b, c, nobody].map(({ segment }) => segment);
    const campaign = await app.make.campaign(segments, 'Hello', {
      excluded_segment_ids: [(await app.make.segment({ user_ids_in: all })).id],
    });

    const { id, matched, targeted, preview } = await dryRun(campaign);

    expect([matched, targeted]).toEqual([17, 16]);
    const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);
    expect([...preview.segments].sort(byId)).toEqual(
      [
        { id: a.segment.id, customers: 12, only_here: 7 },
        { id: b.segment.id, customers: 10, only_here: 2 },
        { id: c.segment.id, customers: 4, only_here: 0 },
        { id: nobody.segment.id, customers: 0, only_here: 0 },
      ].sort(byId),
    );
    expect(
      preview.overlaps.map(({ segment_ids, customers }: { segment_ids: string[]; customers: number }) => [
        customers,
        [...segment_ids].sort(),
      ]),
    ).toEqual([
      [4, [a.segment.id, b.segment.id].sort()],
      [3, [b.segment.id, c.segment.id].sort()],
      [1, [a.segment.id, b.segment.id, c.segment.id].sort()],
    ]);
    expect(preview.sample).toEqual((await audienceOf(app, id, { reason: 'targeted' })).slice(0, 10).map(([user]) => user));
  });

  it('is over when it is previewed, and may be cancelled before', async () => {
    const { campaign } = await campaignTo(1);
    const { id } = await dryRun(campaign);
    for (const move of ['pause', 'resume', 'cancel']) {
      const answer = await app.api.post(`/dispatches/${id}/${move}`);
      expect([move, refusalFault(answer, { status: 409, type: 'dispatch-over' })]).toEqual([move, undefined]);
    }

    const gate = await hold(app.db, 'LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
    const long = await begin(app, campaign, {}, { dry_run: true });
    await gate.waitedForBy(1);
    expect((await app.api.post(`/dispatches/${long}/cancel`).expect(200)).body).toMatchObject({ status: 'cancelled' });
    await gate.waitedForBy(0);
    await gate.release();
    expect(await look(app, long)).toMatchObject({ status: 'cancelled', matched: 0 });
  });

  it('keeps its audience for seven days', async () => {
    const { campaign } = await campaignTo(2);
    const [old, recent] = [await dryRun(campaign), await dryRun(campaign)];
    const real = (await dispatch(campaign).expect(200)).body;
    const age = (id: string, hours: number) =>
      app.db.query('UPDATE dispatches SET finished_at = now() - make_interval(hours => $2) WHERE id = $1', [id, hours]);
    await age(old.id, 7 * 24 + 1);
    await age(recent.id, 7 * 24 - 1);
    await age(real.id, 365 * 24);

    const dispatcher = await startApp({ DATABASE_URL: app.db.url, ROLES: ['dispatcher'] });
    await eventually(async () => expect(await audienceOf(app, old.id)).toEqual([]));
    await dispatcher.close();

    expect(await audienceOf(app, recent.id)).toHaveLength(2);
    expect(await audienceOf(app, real.id)).toHaveLength(2);
  });
});

it('of a campaign only the newest fifty dry runs keep their audience', async () => {
  const [{ campaign, ids }, other] = [await campaignTo(1), await campaignTo(1)];
  const alone = await dryRun(other.campaign);
  const [first, second] = [await dryRun(campaign), await dryRun(campaign)];
  const run = { resolvedAt: new Date(), kind: 'dry_run', status: 'previewed' };
  for (let n = 0; n < 49; n++)
    await insertPastDispatch(app.db, campaign, { ...run, audience: [[{ id: ids[0] }, TARGETED]] });

  const dispatcher = await startApp({ DATABASE_URL: app.db.url, ROLES: ['dispatcher'] });
  await eventually(async () => expect(await audienceOf(app, first.id)).toEqual([]));
  await dispatcher.close();

  expect(await audienceOf(app, second.id)).toHaveLength(1);
  expect(await audienceOf(app, alone.id)).toHaveLength(1);
});

describe('expected_count', () => {
  it('has to be met exactly, unless a tolerance is given', async () => {
    const { campaign, ids } = await campaignTo(4, { once_per_customer: false });
    for (const expected_count of [3, 5, 0]) {
      const answer = await dispatch(campaign, { expected_count });
      expect(refusalFault(answer, { status: 409, type: 'audience-moved' })).toBeUndefined();
    }
    expect(await notified(app.db, { campaign: campaign.id })).toEqual([]);
    expect((await dispatch(campaign, { expected_count: 4 }).expect(200)).body.queued).toBe(4);

    await app.api
      .patch(`/campaigns/${campaign.id}`)
      .set('If-Match', '*')
      .send({ excluded_segment_ids: [(await app.make.segment({ user_ids_in: ids })).id] })
      .expect(200);
    expect((await dispatch(campaign, { expected_count: 0 }).expect(200)).body).toMatchObject({ matched: 4, queued: 0 });
  });

  // 0.29 of 100 is 28.999999999999996 to a computer
  it.each([
    [100, 0.29, 71, 129],
    [100, 0.05, 95, 105],
    [100, 0.055, 95, 105],
    [7, 0.02, 7, 7],
    [10, 1, 0, 20],
    [0, 1, 0, 0],
  ])('of %d may be missed by %d of it: %d to %d are taken', async (expected_count, tolerance, least, most) => {
    for (const [count, is] of [
      [least - 1, 409],
      [least, 200],
      [most, 200],
      [most + 1, 409],
    ].filter(([count]) => count >= 0)) {
      const { campaign } = await campaignTo(count);
      const { status } = await dispatch(campaign, { expected_count, tolerance });
      expect([count, status]).toEqual([count, is]);
    }
  });

  it('that is missed says who came and left since the dry run, and nothing is written', async () => {
    const { tag, ids, campaign } = await campaignTo(10);
    const { targeted, id: dry } = await dryRun(campaign);
    await crowd(app.db, 5, { [tag]: true });
    await app.db.query('UPDATE users SET is_active = false WHERE id = ANY ($1)', [ids.slice(0, 2)]);

    const refused = await dispatch(campaign, { expected_count: targeted });

    expect(refusalFault(refused, { status: 409, type: 'audience-moved' })).toBeUndefined();
    const [run] = (await app.api.get(`/campaigns/${campaign.id}/dispatches`).expect(200)).body;
    expect(refused.body.detail).toContain(`10 customers were expected, and 13 of 13 matched`);
    expect(refused.body.detail).toContain(`Since dry run ${dry}, 5 came and 2 left.`);
    expect(refused.body.detail).toContain(`/dispatches/${run.id} `);
    const figures = { expected: 10, targeted: 13, matched: 13, came: 5, left: 2 };
    expect(refused.body).toMatchObject(figures);
    expect(run).toMatchObject({ status: 'failed', matched: 13, targeted: 13, queued: 0 });
    expect(run.error).toEqual({ type: 'audience-moved', detail: expect.any(String), ...figures });
    expect(await notified(app.db, { campaign: campaign.id })).toEqual([]);
    expect(await app.db.query('SELECT 1 FROM dispatch_lanes WHERE dispatch_id = $1', [run.id])).toEqual([]);

    expect((await dispatch(campaign).expect(200)).body).toMatchObject({ targeted: 13, queued: 13 });
  });

  it('compares with the last dry run of this campaign, where there is one', async () => {
    const { tag, campaign } = await campaignTo(3);
    await dryRun((await campaignTo(1)).campaign);
    const without = await dispatch(campaign, { expected_count: 1 }).expect(409);
    expect(without.body.detail).not.toContain('dry run');
    expect(without.body).toMatchObject({ expected: 1, targeted: 3, matched: 3 });
    expect(Object.keys(without.body)).not.toEqual(expect.arrayContaining(['came']));

    await dryRun(campaign);
    await crowd(app.db, 1, { [tag]: true });
    const { id } = await dryRun(campaign);
    const same = await dispatch(campaign, { expected_count: 1 }).expect(409);
    expect(same.body.detail).toContain(`Since dry run ${id}, 0 came and 0 left.`);
  });

  it('may be asked again after the answer got lost, with the same refusal', async () => {
    const { campaign } = await campaignTo(3);
    const send = () =>
      dispatch(campaign, { expected_count: 1 }).set('Idempotency-Key', 'a key for one dispatch').expect(409);
    const [first, again] = [await send(), await send()];
    expect(again.body.detail).toBe(first.body.detail);
    expect((await app.api.get(`/campaigns/${campaign.id}/dispatches`).expect(200)).body).toHaveLength(1);
  });

  it.each([
    [{ expected_count: -1 }, '/expected_count'],
    [{ expected_count: 1.5 }, '/expected_count'],
    [{ expected_count: null }, '/expected_count'],
    [{ tolerance: 0.1 }, '/tolerance'],
    [{ expected_count: 1, tolerance: 1.01 }, '/tolerance'],
    [{ expected_count: 1, tolerance: -0.01 }, '/tolerance'],
    [{ expected_count: 1, tolerance: null }, '/tolerance'],
  ])('refuses %j', async (body, pointer) => {
    const { campaign } = await campaignTo(0);
    expect(refusalFault(await dispatch(campaign, body), { status: 400, pointer })).toBeUndefined();
  });
});

it('a dry run expects no number: it is asked for one', async () => {
  const { campaign } = await campaignTo(0);
  const answer = await dispatch(campaign, { expected_count: 0 }, { dry_run: true });
  expect(refusalFault(answer, { status: 400, pointer: '/expected_count' })).toBeUndefined();
});

describe('as_of', () => {
  it('may not be in the future, with a minute left to clocks', async () => {
    const { campaign } = await campaignTo(1);
    const inSeconds = (seconds: number) => ({ as_of: new Date(Date.now() + seconds * 1000).toISOString() });
    for (const query of [{}, { dry_run: true }]) {
      const answer = await dispatch(campaign, inSeconds(120), query);
      expect(refusalFault(answer, { status: 400, pointer: '/as_of' })).toBeUndefined();
      await dispatch(campaign, inSeconds(30), query).expect(200);
    }
  });
});
