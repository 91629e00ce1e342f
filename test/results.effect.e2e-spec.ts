import { SeededRandom } from '../src/customers/seeded-random';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app';
import { eventually } from './support/eventually';
import { HOLDOUT, insertPastDispatch, TARGETED } from './support/past-dispatch';

const CUSTOMERS = 4000;
const HELD_OUT = 1000;
/** How many of the held out buy, and for how much on average. */
const BUY = 0.1;
const MEAN_AMOUNT = 30;
const DAY_MS = 86_400_000;

let app: TestApp;
beforeEach(async () => void (app = await startApp()));
afterEach(() => app.close());

/** A campaign that made so many more of its customers buy, weeks ago; and what it says it changed. */
async function resultsOf(lift: number) {
  const random = new SeededRandom('results');
  const campaign = await app.make.campaign([await app.make.segment({})]);
  const customers = await app.db.query<{ id: string }>(
    `INSERT INTO users (id, email) SELECT md5('customer ' || i)::uuid, i || '@example.invalid' FROM generate_series(1, $1::int) i RETURNING id`,
    [CUSTOMERS],
  );
  const resolvedAt = new Date(Date.now() - 20 * DAY_MS);
  const groups = customers.map((customer, i) => ({ ...customer, reason: i < HELD_OUT ? HOLDOUT : TARGETED }));
  const buyers = groups.filter(({ reason }) => random.chance(BUY + (reason === TARGETED ? lift : 0)));
  await insertPastDispatch(app.db, campaign, {
    resolvedAt,
    holdoutPercent: 25,
    audience: groups.map(({ id, reason }) => [{ id }, reason]),
  });
  await app.db.query(
    `INSERT INTO purchase_history (id, user_id, ticket_id, purchase_date, store_name, total_amount)
     SELECT gen_random_uuid(), user_id, gen_random_uuid(), $1::timestamptz + interval '1 day', 'Old Town', amount
     FROM unnest($2::uuid[], $3::numeric[]) AS b (user_id, amount)`,
    [resolvedAt, buyers.map(({ id }) => id), buyers.map(() => (5 + random.fraction() * 2 * (MEAN_AMOUNT - 5)).toFixed(2))],
  );
  return (await app.api.get(`/campaigns/${campaign.id}/results`).expect(200)).body;
}

describe('of 4,000 customers, a quarter kept out', () => {
  it('nothing is found where nothing was changed', async () => {
    const answer = await resultsOf(0);

    expect([answer.targeted.customers, answer.holdout.customers]).toEqual([CUSTOMERS - HELD_OUT, HELD_OUT]);
    for (const { low, high } of [answer.effect.conversion_points, answer.effect.revenue_per_customer]) {
      expect(low).toBeLessThan(0);
      expect(high).toBeGreaterThan(0);
    }
    expect(answer.warnings).toEqual([]);
  });

  it('a lift is found inside the interval, and what it amounts to', async () => {
    const { targeted, holdout, effect } = await resultsOf(0.06);

    for (const [{ low, high }, truth] of [
      [effect.conversion_points, 6],
      [effect.revenue_per_customer, 0.06 * MEAN_AMOUNT],
    ]) {
      expect(low).toBeGreaterThan(0);
      expect(low).toBeLessThan(truth);
      expect(high).toBeGreaterThan(truth);
    }
    const difference = targeted.buyers / 3000 - holdout.buyers / 1000;
    expect(effect.conversion_points.estimate).toBeCloseTo(difference * 100, 4);
    expect(effect.incremental_buyers.estimate).toBeCloseTo(difference * 3000, 2);
    expect(effect.incremental_revenue.estimate).toBeCloseTo(targeted.revenue - holdout.revenue * 3, 1);
    // Welch's error by another way: from every customer's amount
    const [{ reach }] = await app.db.query<{ reach: number }>(
      `SELECT 1.959963984540054 * sqrt(sum(variance / n))::float8 AS reach FROM (
         SELECT var_samp(coalesce(p.total_amount, 0)::float8) AS variance, count(*) AS n
         FROM dispatch_audience a CROSS JOIN unnest(a.user_ids, a.reasons) AS c (user_id, reason)
         LEFT JOIN purchase_history p ON p.user_id = c.user_id GROUP BY c.reason) groups`,
    );
    expect(effect.revenue_per_customer.high - effect.revenue_per_customer.estimate).toBeCloseTo(reach, 3);
  });
});

describe('of customers by the ten thousand', () => {
  it('the figures are the same', async () => {
    const random = new SeededRandom('many');
    const campaign = await app.make.campaign([await app.make.segment({})]);
    const resolvedAt = new Date(Date.now() - 20 * DAY_MS);
    const many = Array.from({ length: 60_000 }, (_, i) => [{ id: random.uuid() }, i < 10_000 ? HOLDOUT : TARGETED] as const);
    await insertPastDispatch(app.db, campaign, {
      resolvedAt,
      audience: many.map(([customer, reason]) => [customer, reason]),
    });
    for (const [customer] of [...many.slice(0, 2), ...many.slice(-3)])
      await app.make.purchase(customer, { days_ago: 10, total_amount: 1.5 });

    const answer = (await app.api.get(`/campaigns/${campaign.id}/results`).expect(200)).body;

    expect(answer.targeted).toMatchObject({ customers: 50_000, buyers: 3, purchases: 3, revenue: 4.5 });
    expect(answer.holdout).toMatchObject({ customers: 10_000, buyers: 2, purchases: 2, revenue: 3 });
  });
});

describe('results that take long', () => {
  it('are computed two at a time, and no further for whoever leaves', async () => {
    await app.close();
    app = await startApp({ CUSTOMERS_SCHEMA: 'slow' });
    await app.db.query(`
      CREATE SCHEMA slow;
      CREATE VIEW slow.users AS SELECT * FROM public.users;
      CREATE VIEW slow.purchase_history AS SELECT p.* FROM public.purchase_history p, pg_sleep(300)`);
    const customer = await app.make.customer({}, { days_ago: 10 });
    const campaign = await app.make.campaign([await app.make.segment({})]);
    const resolvedAt = new Date(Date.now() - 20 * DAY_MS);
    await insertPastDispatch(app.db, campaign, { resolvedAt, audience: [[customer, TARGETED]] });
    const path = `/campaigns/${campaign.id}/results`;
    const running = () =>
      app.db.query(
        `SELECT 1 FROM pg_stat_activity
         WHERE application_name = 'crm-service' AND datname = current_database() AND state = 'active' AND query LIKE '%purchase_history%'`,
      );

    const leaving = new AbortController();
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const calls = [1, 2].map(() => fetch(app.url + path, { headers, signal: leaving.signal }).catch(() => 'left'));
    await eventually(async () => expect(await running()).toHaveLength(2));
    const third = await app.api.get(path).expect(503);
    leaving.abort();

    expect(third.body.type).toBe('urn:crm-service:problem:database-busy');
    expect(await Promise.all(calls)).toEqual(['left', 'left']);
    await eventually(async () => expect(await running()).toEqual([]));
  });
});
