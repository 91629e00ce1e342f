import { startApp, type TestApp } from './support/app';
import type { Made } from './support/make';
import { ALREADY_NOTIFIED, HOLDOUT, insertPastDispatch, type PastDispatch, TARGETED } from './support/past-dispatch';

let app: TestApp;
beforeEach(async () => void (app = await startApp()));
afterEach(() => app.close());

const DAY_MS = 86_400_000;
/** So many days ago, to the millisecond. */
const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS);
/** An instant and so many microseconds. */
const plusMicroseconds = (instant: Date, microseconds: number): string =>
  instant.toISOString().replace('Z', `${String(microseconds).padStart(3, '0')}Z`);

const campaignOfAll = async (): Promise<Made> => app.make.campaign([await app.make.segment({})]);
const results = async (campaign: { id: string }, query: object = {}) =>
  (await app.api.get(`/campaigns/${campaign.id}/results`).query(query).expect(200)).body;
const codes = (answer: { warnings: { code: string }[] }) => answer.warnings.map(({ code }) => code);

const dispatched = (campaign: { id: string }, facts: Partial<PastDispatch>) =>
  insertPastDispatch(app.db, campaign, { resolvedAt: daysAgo(20), audience: [], ...facts });
const bought = (customer: { id: string }, at: Date | string, total_amount: number | string = 10) =>
  app.make.purchase(customer, { purchase_date: typeof at === 'string' ? at : at.toISOString(), total_amount });

describe('what a campaign changed', () => {
  it('is told from a dispatch as it is really made', async () => {
    await app.make.customers(40);
    const segment = await app.make.segment({});
    const campaign = (
      await app.api
        .post('/campaigns')
        .send({ name: 'Half', message: 'Hello', segment_ids: [segment.id], holdout_percent: 50 })
        .expect(201)
    ).body;
    const dispatch = (await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200)).body;
    const of = async (reason: string): Promise<string[]> =>
      (await app.api.get(`/dispatches/${dispatch.id}/audience`).query({ reason }).expect(200)).body.map(
        (member: { user_id: string }) => member.user_id,
      );
    const [targeted, holdout] = [await of('targeted'), await of('holdout')];
    await app.db.query(
      `INSERT INTO purchase_history (id, user_id, ticket_id, purchase_date, store_name, total_amount)
       SELECT gen_random_uuid(), id, gen_random_uuid(), clock_timestamp(), 'Old Town', 12.34 FROM unnest($1::uuid[]) id`,
      [[...targeted.slice(0, 3), holdout[0]]],
    );
    await app.api.post(`/notifications/${dispatch.id}:${targeted[0]}/mark-sent`).expect(200);

    const answer = await results(campaign);

    expect(targeted.length + holdout.length).toBe(40);
    expect(answer).toMatchObject({
      campaign_id: campaign.id,
      within_days: 14,
      dispatches: 1,
      targeted: { customers: targeted.length, buyers: 3, purchases: 3, revenue: 37.02 },
      holdout: { customers: holdout.length, buyers: 1, purchases: 1, revenue: 12.34 },
      notifications: { notified: targeted.length, sent: 1, failed: 0, cancelled: 0 },
    });
    expect(codes(answer)).toEqual(['too-few', 'window-open']);
    expect(Date.parse(answer.window_ends_at)).toBe(Date.parse(dispatch.resolved_at) + 14 * DAY_MS);
  });

  it('counts purchases after the customer was put in a group, for N times 24 hours, and none that is still to come', async () => {
    const [ana, ben, cleo, stranger] = await app.make.customers(4);
    const campaign = await campaignOfAll();
    const at = daysAgo(20);
    const end = new Date(at.getTime() + 14 * DAY_MS);
    await dispatched(campaign, {
      resolvedAt: at,
      audience: [
        [ana, TARGETED],
        [ben, HOLDOUT],
        [cleo, ALREADY_NOTIFIED],
      ],
    });
    await bought(ana, plusMicroseconds(at, 0), 1); // not after it
    await bought(ana, plusMicroseconds(at, 1), 20);
    await bought(ana, end, 300);
    await bought(ana, plusMicroseconds(end, 1), 4000);
    await bought(ben, daysAgo(21), 50_000); // before
    await bought(ben, daysAgo(-1), 600_000); // to come
    await bought(ben, daysAgo(19), 0.07);
    await bought(cleo, daysAgo(19));
    await bought(stranger, daysAgo(19));

    const answer = await results(campaign);
    expect(answer.targeted).toEqual({
      customers: 1,
      buyers: 1,
      purchases: 2,
      revenue: 320,
      conversion: 1,
      revenue_per_customer: 320,
    });
    expect(answer.holdout).toMatchObject({ customers: 1, buyers: 1, purchases: 1, revenue: 0.07 });
    expect(answer.window_ends_at).toBe(end.toISOString());

    const longer = await results(campaign, { within_days: 365 });
    expect(longer.targeted).toMatchObject({ purchases: 3, revenue: 4320 });
    expect(longer.holdout).toMatchObject({ purchases: 1, revenue: 0.07 });
  });

  it('counts a customer once, in the group and from the time of the first dispatch', async () => {
    const [ana, ben, late] = await app.make.customers(3);
    const campaign = await campaignOfAll();
    const [first, second] = [daysAgo(40), daysAgo(20)];
    // written last and resolved first: the instant decides, not the id
    const audience: PastDispatch['audience'] = [
      [ana, TARGETED],
      [ben, HOLDOUT],
    ];
    await dispatched(campaign, {
      resolvedAt: second,
      audience: [
        [ana, HOLDOUT],
        [ben, TARGETED],
        [late, TARGETED],
      ],
    });
    await dispatched(campaign, { resolvedAt: first, audience });
    for (const customer of [ana, ben, late]) {
      await bought(customer, daysAgo(39), 5);
      await bought(customer, daysAgo(19), 70);
    }

    const answer = await results(campaign);

    expect(answer.dispatches).toBe(2);
    expect(answer.targeted).toMatchObject({ customers: 2, buyers: 2, purchases: 2, revenue: 75 });
    expect(answer.holdout).toMatchObject({ customers: 1, buyers: 1, purchases: 1, revenue: 5 });
  });

  it('knows nothing of tests, dry runs, failed dispatches and other campaigns', async () => {
    const [ana, ben] = await app.make.customers(2);
    const [campaign, other] = [await campaignOfAll(), await campaignOfAll()];
    const audience: PastDispatch['audience'] = [
      [ana, TARGETED],
      [ben, HOLDOUT],
    ];
    await dispatched(campaign, { kind: 'test', audience });
    await dispatched(campaign, { kind: 'dry_run', status: 'previewed', audience });
    await dispatched(campaign, { status: 'failed', audience });
    await dispatched(other, { audience });
    await bought(ana, daysAgo(19));

    const answer = await results(campaign);

    const nobody = { customers: 0, buyers: 0, purchases: 0, revenue: 0, conversion: null, revenue_per_customer: null };
    expect(answer).toMatchObject({ dispatches: 0, window_ends_at: null, targeted: nobody, holdout: nobody, effect: null });
    expect(codes(answer)).toEqual(['no-dispatch']);
    expect((await results(other)).targeted.buyers).toBe(1);
  });

  it('is null without a holdout, and a warning says why', async () => {
    const [ana] = await app.make.customers(1);
    const campaign = await campaignOfAll();
    await dispatched(campaign, { audience: [[ana, TARGETED]], holdoutPercent: 0 });
    const answer = await results(campaign);
    expect([answer.effect, codes(answer)]).toEqual([null, ['no-holdout']]);
  });

  it('warns where nobody was targeted', async () => {
    const [ana] = await app.make.customers(1);
    const campaign = await campaignOfAll();
    await dispatched(campaign, { audience: [[ana, HOLDOUT]] });
    const answer = await results(campaign);
    expect([answer.effect, codes(answer)]).toEqual([null, ['nobody-targeted']]);
  });

  it('warns of dispatches that were cancelled or are under way, and of a holdout that changed', async () => {
    const customers = await app.make.customers(4);
    const campaign = await campaignOfAll();
    const one = (i: number, reason: number): PastDispatch['audience'] => [[customers[i], reason]];
    await dispatched(campaign, { audience: one(0, TARGETED), status: 'cancelled', holdoutPercent: 10 });
    await dispatched(campaign, { audience: one(1, HOLDOUT), holdoutPercent: 20 });
    await dispatched(campaign, { audience: one(2, TARGETED), holdoutPercent: 10 });
    await dispatched(campaign, { audience: one(3, TARGETED), holdoutPercent: 10, status: 'paused' });

    const answer = await results(campaign);

    expect(codes(answer)).toEqual(['too-few', 'dispatch-under-way', 'dispatch-cancelled', 'holdout-changed']);
    expect(answer.warnings.at(-1).detail).toContain('10 %, 20 %');
    expect(answer.targeted.customers).toBe(3);
  });

  it('has no revenue where an amount is no number, and conversions all the same', async () => {
    await app.db.query(`ALTER TABLE purchase_history DROP CONSTRAINT total_amount_is_a_number`);
    await app.db.query(`ALTER TABLE purchase_history ALTER total_amount TYPE double precision`);
    await app.db.query(`ALTER TABLE purchase_history ALTER purchase_date TYPE timestamp`);
    const [ana, ben] = await app.make.customers(2);
    const campaign = await campaignOfAll();
    await dispatched(campaign, {
      audience: [
        [ana, TARGETED],
        [ben, HOLDOUT],
      ],
    });
    await bought(ben, daysAgo(19), 0.1);
    await bought(ben, daysAgo(18), 0.2);
    expect((await results(campaign)).holdout.revenue).toBe(0.3);

    await bought(ana, daysAgo(19), 'NaN');
    const answer = await results(campaign);
    expect(answer.targeted).toMatchObject({ buyers: 1, purchases: 1, revenue: null, revenue_per_customer: null });
    expect(answer.effect).toMatchObject({
      conversion_points: { estimate: 0 },
      revenue_per_customer: null,
      incremental_revenue: null,
    });
    expect(codes(answer)).toEqual(['too-few', 'amount-not-a-number']);
  });

  it('refuses a window that is none, and a campaign that is none', async () => {
    const campaign = await campaignOfAll();
    for (const within_days of ['0', '366', '-1', '1.5', '1e2', '', 'all']) {
      const answer = await app.api.get(`/campaigns/${campaign.id}/results`).query({ within_days }).expect(400);
      expect(answer.body.errors[0].pointer).toBe('/within_days');
    }
    const unknown = await app.api.get('/campaigns/00000000-0000-4000-8000-000000000000/results').expect(404);
    expect(unknown.body.type).toBe('urn:crm-service:problem:campaign-not-found');
  });
});
