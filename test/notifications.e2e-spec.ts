import { startApp, type TestApp, WORKER_TOKEN } from './support/app';

let app: TestApp;
beforeEach(async () => void (app = await startApp()));
afterEach(() => app.close());

/** A dispatched campaign over this many new customers: its id, and the ids of its notifications in the order of the list. */
async function dispatched(customers = 3): Promise<{ campaign: string; dispatch: string; ids: string[] }> {
  const tag = `tag-${Math.random()}`;
  for (let i = 0; i < customers; i++) await app.make.customer({ preferences: { tag } });
  const campaign = await app.make.campaign([await app.make.segment({ preferences_contains: { tag } })]);
  const { body } = await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200);
  const list = await app.api.get('/notifications').query({ campaign_id: campaign.id });
  return { campaign: campaign.id, dispatch: body.id, ids: list.body.map((n: { id: string }) => n.id) };
}
const progress = async (dispatch: string) => (await app.api.get(`/dispatches/${dispatch}`)).body.progress;

describe('mark-sent', () => {
  it('settles a notification once, with or without a body, and keeps what the worker learned', async () => {
    const { dispatch, ids } = await dispatched(2);

    const bare = await app.api.post(`/notifications/${ids[0]}/mark-sent`).send({ delivery_info: null }).expect(200);
    const told = await app.api
      .post(`/notifications/${ids[1]}/mark-sent`)
      .send({ delivery_info: { provider: 'x', id: 1 } })
      .expect(200);

    expect(bare.body).toMatchObject({ id: ids[0], status: 'sent', attempts: 1, meta: {}, error: null });
    expect(told.body).toMatchObject({ id: ids[1], status: 'sent', meta: { provider: 'x', id: 1 } });
    expect(await progress(dispatch)).toEqual({ queued: 0, sent: 2, failed: 0, cancelled: 0 });
  });

  it('repeated counts once, and merges what is new', async () => {
    const { dispatch, ids } = await dispatched(1);
    const mark = (delivery_info?: object) => app.api.post(`/notifications/${ids[0]}/mark-sent`).send({ delivery_info });

    const first = await mark({ a: 1, b: { c: 1 } }).expect(200);
    const again = await mark({ a: 1, b: { c: 1 } }).expect(200);
    const more = await mark({ b: 2, opened: true }).expect(200);

    expect({ ...again.body, updated_at: '' }).toEqual({ ...first.body, updated_at: '' });
    expect(Date.parse(more.body.updated_at)).toBeGreaterThanOrEqual(Date.parse(again.body.updated_at));
    expect(more.body.meta).toEqual({ a: 1, b: 2, opened: true });
    expect(await progress(dispatch)).toMatchObject({ queued: 0, sent: 1 });
  });

  it('by many workers at once is one delivery', async () => {
    const { dispatch, ids } = await dispatched(1);
    const answers = await Promise.all(Array.from({ length: 12 }, () => app.api.post(`/notifications/${ids[0]}/mark-sent`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(answers[0].body.attempts).toBe(1);
    expect(await progress(dispatch)).toMatchObject({ queued: 0, sent: 1 });
  });

  it('keeps delivery_info to the letter and within 16 KB', async () => {
    const { ids } = await dispatched(1);
    const delivery_info = { ключ: '🛒', nested: [{ a: [null, 1.5, true] }], 'a/b~c': '' };
    const sent = await app.api.post(`/notifications/${ids[0]}/mark-sent`).send({ delivery_info }).expect(200);
    expect(sent.body.meta).toEqual(delivery_info);
    const big = await app.api
      .post(`/notifications/${ids[0]}/mark-sent`)
      .send({ delivery_info: { a: 'x'.repeat(17_000) } })
      .expect(400);
    expect(big.body.errors[0].pointer).toBe('/delivery_info');
  });

  it('does not let meta grow without end', async () => {
    const { ids } = await dispatched(1);
    const add = (key: string) =>
      app.api.post(`/notifications/${ids[0]}/mark-sent`).send({ delivery_info: { [key]: 'x'.repeat(16_000) } });
    for (const key of ['a', 'b', 'c', 'd']) await add(key).expect(200);

    expect((await add('e').expect(400)).body.errors[0].pointer).toBe('/delivery_info');

    const { body } = await app.api.get(`/notifications/${ids[0]}`);
    expect([body.status, Object.keys(body.meta)]).toEqual(['sent', ['a', 'b', 'c', 'd']]);
  });
});

describe('mark-failed', () => {
  it('settles a notification with its reason, once', async () => {
    const { dispatch, ids } = await dispatched(2);

    const failed = await app.api.post(`/notifications/${ids[0]}/mark-failed`).send({ error: 'mailbox full' }).expect(200);
    await app.api.post(`/notifications/${ids[0]}/mark-failed`).expect(200);
    await app.api.post(`/notifications/${ids[1]}/mark-failed`).expect(200);

    expect(failed.body).toMatchObject({ status: 'failed', error: 'mailbox full', attempts: 1 });
    expect(await progress(dispatch)).toEqual({ queued: 0, sent: 0, failed: 2, cancelled: 0 });
  });

  it('does not undo a delivery, nor a delivery a failure', async () => {
    const { dispatch, ids } = await dispatched(2);
    await app.api.post(`/notifications/${ids[0]}/mark-sent`).expect(200);
    await app.api.post(`/notifications/${ids[1]}/mark-failed`).expect(200);

    const answers = [
      await app.api.post(`/notifications/${ids[0]}/mark-failed`).send({ error: 'late' }),
      await app.api.post(`/notifications/${ids[1]}/mark-sent`).send({ delivery_info: { late: true } }),
    ];

    expect(answers.map(({ status, body }) => [status, body.type])).toEqual(
      Array(2).fill([409, 'urn:crm-service:problem:notification-settled']),
    );
    expect((await app.api.get(`/notifications/${ids[1]}`)).body).toMatchObject({ status: 'failed', meta: {} });
    expect(await progress(dispatch)).toEqual({ queued: 0, sent: 1, failed: 1, cancelled: 0 });
  });

  it('and mark-sent at the same moment: one of them wins, and the counts agree with the rows', async () => {
    const { dispatch, ids } = await dispatched(8);

    await Promise.all(
      ids.flatMap((id) => [
        app.api.post(`/notifications/${id}/mark-sent`),
        app.api.post(`/notifications/${id}/mark-failed`),
      ]),
    );

    const { sent, failed, queued } = await progress(dispatch);
    expect([queued, sent + failed]).toEqual([0, 8]);
    const rows = await app.db.query<{ state: number }>('SELECT state FROM notifications');
    expect(rows.filter(({ state }) => state === 2)).toHaveLength(sent);
  });
});

describe('the list of notifications', () => {
  it('is filtered by status, campaign and customer, with exact totals', async () => {
    const one = await dispatched(4);
    const two = await dispatched(2);
    await app.api.post(`/notifications/${one.ids[0]}/mark-sent`).expect(200);
    await app.api.post(`/notifications/${one.ids[1]}/mark-failed`).expect(200);
    const list = async (query: object) => {
      const { body, headers } = await app.api.get('/notifications').query(query).expect(200);
      expect(headers['x-total-count']).toBe(String(body.length));
      return body.map((n: { id: string }) => n.id);
    };

    expect(await list({})).toEqual([...two.ids, ...one.ids]); // newest dispatch first
    expect(await list({ status: 'sent' })).toEqual([one.ids[0]]);
    expect(await list({ status: 'failed' })).toEqual([one.ids[1]]);
    expect(await list({ status: 'queued', campaign_id: one.campaign })).toEqual(one.ids.slice(2));
    expect(await list({ status: 'cancelled' })).toEqual([]);
    const user_id = one.ids[0].split(':')[1];
    expect(await list({ user_id })).toEqual([one.ids[0]]);
    expect(await list({ user_id, status: 'queued' })).toEqual([]);
    expect(await list({ campaign_id: user_id })).toEqual([]);
  });

  it('is walked through lanes and dispatches page by page, each once, while workers settle', async () => {
    await app.db.query(
      `INSERT INTO users (id, email) SELECT gen_random_uuid(), i || '@example.invalid' FROM generate_series(1, 5003) i`,
    );
    const segment = await app.make.segment({});
    for (let i = 0; i < 2; i++) {
      const campaign = await app.make.campaign([segment]);
      await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200);
    }

    const walked: string[] = [];
    let next: string | undefined = '/notifications?limit=997&total=false';
    while (next) {
      const page: { body: { id: string }[]; headers: Record<string, string> } = await app.api.get(next).expect(200);
      walked.push(...page.body.map(({ id }) => id));
      await app.api.post(`/notifications/${page.body[0].id}/mark-sent`).expect(200);
      next = /<([^>]+)>/.exec(page.headers.link ?? '')?.[1];
    }

    expect([walked.length, new Set(walked).size]).toEqual([10_006, 10_006]);
    const sent = await app.api.get('/notifications').query({ status: 'sent' });
    expect(sent.headers['x-total-count']).toBe('11');
  });

  it('is open to a worker, who may settle too', async () => {
    const { ids } = await dispatched(1);
    const worker = app.as(WORKER_TOKEN);
    expect((await worker.get('/notifications').query({ status: 'queued' }).expect(200)).body).toHaveLength(1);
    await worker.post(`/notifications/${ids[0]}/mark-sent`).expect(200);
  });
});

describe('a notification that does not exist', () => {
  it('is a 404, whatever its id looks like', async () => {
    const { ids, dispatch } = await dispatched(1);
    const [, user] = ids[0].split(':');
    for (const id of [
      `${Number(dispatch) + 1}:${user}`,
      `${dispatch}:${user.slice(1)}`,
      'x',
      `0:${user}`,
      `${dispatch}:${user}:1`,
      `99999999999999999999:${user}`,
    ])
      for (const answer of [
        await app.api.get(`/notifications/${id}`),
        await app.api.post(`/notifications/${id}/mark-sent`),
        await app.api.post(`/notifications/${id}/mark-failed`),
      ])
        expect([answer.status, answer.body.type]).toEqual([404, 'urn:crm-service:problem:notification-not-found']);
  });
});
