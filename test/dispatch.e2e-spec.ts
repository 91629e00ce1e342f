import { startApp, type TestApp } from './support/app';

let app: TestApp;
beforeEach(async () => void (app = await startApp()));
afterEach(() => app.close());

const dispatch = (campaign: { id: string }, body?: object) => {
  const call = app.api.post(`/campaigns/${campaign.id}/dispatch`);
  return body ? call.send(body) : call;
};
const notified = async (campaign: { id: string }): Promise<string[]> =>
  (
    await app.db.query<{ user_id: string }>(
      'SELECT n.user_id FROM notifications n JOIN dispatches d ON d.id = n.dispatch_id WHERE d.campaign_id = $1 ORDER BY 1',
      [campaign.id],
    )
  ).map(({ user_id }) => user_id);

describe('a dispatch', () => {
  it('queues one notification for each customer of the union, and says how many', async () => {
    const both = await app.make.customer({ preferences: { diet: 'vegan', news: true } });
    const vegan = await app.make.customer({ preferences: { diet: 'vegan' } });
    await app.make.customer({ preferences: {} });
    const campaign = await app.make.campaign([
      await app.make.segment({ preferences_contains: { diet: 'vegan' } }),
      await app.make.segment({ preferences_contains: { news: true } }),
    ]);

    const answer = await dispatch(campaign).expect(200);

    expect(answer.body).toMatchObject({
      campaign_id: campaign.id,
      status: 'dispatched',
      matched: 2,
      queued: 2,
      already_notified: 0,
    });
    expect(answer.body.progress).toEqual({ queued: 2, sent: 0, failed: 0, cancelled: 0 });
    expect(await notified(campaign)).toEqual([both.id, vegan.id].sort());
    expect((await app.api.get(`/dispatches/${answer.body.id}`).expect(200)).body).toEqual(answer.body);
  });

  it('takes exactly whom the preview of the same instant shows', async () => {
    for (let i = 0; i < 30; i++)
      await app.make.customer(
        {},
        { purchase_date: `2025-01-${String((i % 28) + 1).padStart(2, '0')}T00:00:00Z`, total_amount: i },
      );
    const campaign = await app.make.campaign([await app.make.segment({ last_days: 10, min_total_spent: 5 })]);
    const as_of = '2025-01-20T12:00:00.123456Z';
    const preview = await app.api.post(`/campaigns/${campaign.id}/preview-users`).query({ as_of }).expect(200);

    const answer = await dispatch(campaign, { as_of }).expect(200);

    expect(preview.body.length).toBeGreaterThan(3);
    expect(await notified(campaign)).toEqual(preview.body);
    expect(answer.body).toMatchObject({ as_of, matched: preview.body.length });
  });

  it('refuses as_of in its address, where it would be ignored', async () => {
    const campaign = await app.make.campaign([await app.make.segment({})]);
    const answer = await app.api
      .post(`/campaigns/${campaign.id}/dispatch`)
      .query({ as_of: '2025-01-01T00:00:00Z' })
      .expect(400);
    expect(answer.body.errors[0].pointer).toBe('/as_of');
    expect(await app.db.query('SELECT 1 FROM dispatches')).toEqual([]);
  });

  it('adds only customers who have none yet when it is repeated', async () => {
    await app.make.customers(3);
    const campaign = await app.make.campaign([await app.make.segment({})]);
    await dispatch(campaign).expect(200);
    const late = await app.make.customer();

    const again = await dispatch(campaign).expect(200);
    const third = await dispatch(campaign).expect(200);

    expect(again.body).toMatchObject({ matched: 4, already_notified: 3, queued: 1 });
    expect(third.body).toMatchObject({ matched: 4, already_notified: 4, queued: 0 });
    expect(new Set(await notified(campaign)).size).toBe((await notified(campaign)).length);
    expect(await notified(campaign)).toContain(late.id);
    const list = await app.api.get(`/campaigns/${campaign.id}/dispatches`).query({ limit: 2 }).expect(200);
    expect([list.body, list.headers['x-total-count']]).toEqual([[third.body, again.body], '3']);
    const rest = await app.api.get(/<([^>]+)>/.exec(list.headers.link)![1]).expect(200);
    expect(rest.body).toHaveLength(1);
  });

  it('notifies a customer of two campaigns twice: once is a promise of each campaign', async () => {
    const ana = await app.make.customer();
    const segment = await app.make.segment({});
    const [one, two] = [await app.make.campaign([segment]), await app.make.campaign([segment])];

    await Promise.all([dispatch(one).expect(200), dispatch(two).expect(200)]);

    expect([await notified(one), await notified(two)]).toEqual([[ana.id], [ana.id]]);
  });

  it('happens once when it is asked for twice at the same moment', async () => {
    await app.make.customers(5);
    const campaign = await app.make.campaign([await app.make.segment({})]);
    // nobody can read customers for now: whoever is first stays in the middle of its work until the others have been answered
    const gate = await hold('LOCK TABLE users IN ACCESS EXCLUSIVE MODE');

    const first = dispatch(campaign).then((answer) => answer);
    await until(async () => (await app.db.query(`SELECT 1 FROM pg_locks WHERE NOT granted`)).length > 0);
    const shouted = { id: campaign.id.toUpperCase() }; // a uuid is the same in any letter case
    const others = await Promise.all([dispatch(campaign), dispatch(shouted), dispatch(campaign)]);
    await gate.release();

    expect(others.map(({ status, body }) => [status, body.type])).toEqual(
      Array(3).fill([409, 'urn:crm-service:problem:dispatch-in-progress']),
    );
    expect((await first).status).toBe(200);
    expect(await notified(campaign)).toHaveLength(5);
    expect(await app.db.query('SELECT id FROM dispatches')).toHaveLength(1);
  });

  it('that cannot be written fails, leaves nothing half written, and may be repeated', async () => {
    await app.make.customers(3);
    const campaign = await app.make.campaign([await app.make.segment({})]);
    await app.db.query(`ALTER TABLE dispatch_lanes ADD CONSTRAINT no_lanes_today CHECK (total < 0)`);

    const failed = await dispatch(campaign).expect(500);

    const [{ id, ...first }] = (await app.api.get(`/campaigns/${campaign.id}/dispatches`).expect(200)).body;
    expect(failed.body.detail).toContain(`Dispatch ${id} failed`);
    expect(first).toMatchObject({ status: 'failed', error: { type: 'internal-error' }, targeted: 3, queued: 0 });
    expect(await app.db.query('SELECT 1 FROM notifications UNION ALL SELECT 1 FROM dispatch_lanes')).toEqual([]);
    await app.db.query('ALTER TABLE dispatch_lanes DROP CONSTRAINT no_lanes_today');
    expect((await dispatch(campaign).expect(200)).body.queued).toBe(3);
  });

  it('of nobody is a dispatch too, and of no active segment is none', async () => {
    const segment = await app.make.segment({ min_num_purchases: 1 });
    const campaign = await app.make.campaign([segment]);
    expect((await dispatch(campaign).expect(200)).body).toMatchObject({ status: 'dispatched', matched: 0, queued: 0 });

    await app.make.customers(2);
    await app.api.delete(`/segments/${segment.id}`).expect(204);
    const answer = await dispatch(campaign).expect(409);
    expect(answer.body.type).toBe('urn:crm-service:problem:no-active-segment');
    expect(await notified(campaign)).toEqual([]);
  });

  it('keeps the message and the rule it started with', async () => {
    const ana = await app.make.customer();
    const segment = await app.make.segment({});
    const campaign = await app.make.campaign([segment], 'first words');
    const { body } = await dispatch(campaign).expect(200);

    await app.api.patch(`/campaigns/${campaign.id}`).set('If-Match', '*').send({ message: 'other words' }).expect(200);
    await app.api
      .patch(`/segments/${segment.id}`)
      .set('If-Match', '*')
      .send({ filters: { last_days: 1 } })
      .expect(200);

    const notification = await app.api.get(`/notifications/${body.id}:${ana.id}`).expect(200);
    expect(notification.body.message).toBe('first words');
    expect(await app.db.query('SELECT rule FROM dispatches')).toEqual([
      { rule: [{ id: segment.id, version: 1, filters: {} }] },
    ]);
  });

  it('cuts a large audience into lanes that cover it without gap or overlap', async () => {
    await app.db.query(
      `INSERT INTO users (id, email) SELECT gen_random_uuid(), i || '@example.invalid' FROM generate_series(1, 12001) i`,
    );
    await app.make.customer({ id: '00000000-0000-0000-0000-000000000000' }); // the least uuid is a customer like any other
    const campaign = await app.make.campaign([await app.make.segment({})]);

    expect((await dispatch(campaign).expect(200)).body.queued).toBe(12_002);

    const lanes = await app.db.query(`
      SELECT l.lane_no, l.total, l.next_user_id = l.first_user_id AS fresh,
             count(n.*)::int AS rows, min(n.user_id::text)::uuid = l.first_user_id AND max(n.user_id::text)::uuid = l.last_user_id AS tight
      FROM dispatch_lanes l JOIN notifications n ON n.dispatch_id = l.dispatch_id AND n.user_id BETWEEN l.first_user_id AND l.last_user_id
      GROUP BY l.dispatch_id, l.lane_no ORDER BY 1`);
    expect(lanes).toEqual(
      [5000, 5000, 2002].map((total, lane_no) => ({ lane_no, total, fresh: true, rows: total, tight: true })),
    );
  });

  it('that does not exist is a 404', async () => {
    for (const id of ['1', '0', 'x', '99999999999999999999', '1;drop'])
      expect((await app.api.get(`/dispatches/${id}`)).status).toBe(404);
  });
});

/** Runs a statement in a transaction of somebody else's, and keeps it open. */
async function hold(statement: string): Promise<{ release(): Promise<void> }> {
  const { Client } = await import('pg');
  const client = new Client({ connectionString: app.db.url });
  await client.connect();
  await client.query('BEGIN');
  await client.query(statement);
  return {
    release: async () => {
      await client.query('ROLLBACK');
      await client.end();
    },
  };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error('It never came to hold');
}
