import { startApp, type TestApp } from './support/app';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());

const UNKNOWN = '6d9f2c1e-4a5b-4c3d-8e7f-9a0b1c2d3e4f';

describe('a segment', () => {
  it('is created with 201, its address and its version', async () => {
    const answer = await app.api
      .post('/segments')
      .send({ name: 'Regulars', description: 'come often', filters: { last_days: 90, min_num_purchases: 3 } })
      .expect(201);

    expect(answer.body).toMatchObject({
      name: 'Regulars',
      description: 'come often',
      filters: { last_days: 90, min_num_purchases: 3 },
      is_active: true,
    });
    expect(answer.headers.location).toBe(`/segments/${answer.body.id}`);
    expect(answer.headers.etag).toBe('"1"');
    expect((await app.api.get(answer.headers.location).expect(200)).body).toEqual(answer.body);
  });

  it('keeps what a client may leave empty, and refuses to guess a rule', async () => {
    const bare = await app.api
      .post('/segments')
      .send({ name: 'All', description: null, filters: {}, prompt: '' })
      .expect(201);
    expect(bare.body).toMatchObject({ description: '', filters: {} });

    const none = await app.api.post('/segments').send({ name: 'No rule' }).expect(400);
    expect(none.body.errors).toEqual([{ pointer: '/filters', detail: expect.stringContaining('required') }]);
  });

  it('names an unknown filter and saves nothing', async () => {
    const before = await app.db.query('SELECT count(*) FROM segments');

    const answer = await app.api
      .post('/segments')
      .send({ name: 'Typo', filters: { last_day: 90 } })
      .expect(400);

    expect(answer.body.errors).toEqual([{ pointer: '/filters/last_day', detail: 'is not a known field' }]);
    expect(await app.db.query('SELECT count(*) FROM segments')).toEqual(before);
  });

  it('refuses a body in which a key stands twice: the last one would win', async () => {
    const body = '{"name": "p: \\"q\\"", "filters": {"last_days": 3}, "filters": {}}';
    const answer = await app.api.post('/segments').type('json').send(body).expect(400);
    expect(answer.body.detail).toContain('a key twice');
    await app.api.post('/segments').type('json').send(body.replace(', "filters": {}', '')).expect(201);
  });

  it('says of a wrong type that the type is wrong', async () => {
    const wrong = {
      name: 5,
      description: 5,
      filters: { last_days: '5', stores_in: 'x', preferences_contains: 1 },
      prompt: 5,
    };
    const { body } = await app.api.post('/segments').send(wrong).expect(400);
    expect(Object.fromEntries(body.errors.map((e: { pointer: string; detail: string }) => [e.pointer, e.detail]))).toEqual({
      '/name': 'must be a string',
      '/description': 'must be a string',
      '/filters/last_days': 'must be an integer number',
      '/filters/stores_in': 'must be an array',
      '/filters/preferences_contains': 'must be an object',
      '/prompt': 'must be a string',
    });
  });

  it('is changed by whoever read it last, and by nobody else', async () => {
    const { id } = await app.make.segment({ last_days: 30 });

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        app.api
          .patch(`/segments/${id}`)
          .set('If-Match', '"1"')
          .send({ name: `Name ${i}` }),
      ),
    );

    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(19).fill(412)]);
    const winner = answers.find(({ status }) => status === 200)!;
    expect(winner.headers.etag).toBe('"2"');
    expect((await app.api.get(`/segments/${id}`)).body).toEqual(winner.body);
    expect(winner.body.filters).toEqual({ last_days: 30 }); // what is left out stays
  });

  it('wants an edit to say what it saw', async () => {
    const { id } = await app.make.segment({});
    await app.api.patch(`/segments/${id}`).send({ name: 'x' }).expect(428);
    await app.api.patch(`/segments/${id}`).set('If-Match', '"other"').send({ name: 'x' }).expect(412);
    await app.api
      .patch(`/segments/${id}`)
      .set('If-Match', '*')
      .send({ filters: { last_days: 7 } })
      .expect(200);
  });

  it('is not changed by an edit that names nothing to change', async () => {
    const { id } = await app.make.segment({});
    for (const edit of [app.api.patch(`/segments/${id}`), app.api.patch(`/segments/${id}`).send({})])
      expect((await edit.set('If-Match', '"1"').expect(400)).body.type).toBe('urn:crm-service:problem:bad-request');
    expect((await app.api.get(`/segments/${id}`)).headers.etag).toBe('"1"');
  });

  it('answers 304 to a reader that has it', async () => {
    const { id } = await app.make.segment({});
    await app.api.get(`/segments/${id}`).set('If-None-Match', '"1"').expect(304);
    await app.api.get(`/segments/${id}`).set('If-None-Match', '"2"').expect(200);
  });

  it('is deactivated, not lost, and comes back', async () => {
    const { id } = await app.make.segment({});

    await app.api.delete(`/segments/${id}`).expect(204);
    await app.api.delete(`/segments/${id}`).expect(204);

    expect((await app.api.get(`/segments/${id}`)).body.is_active).toBe(false);
    const inactive = await app.api.get('/segments').query({ is_active: false });
    expect(inactive.body.map((s: { id: string }) => s.id)).toEqual([id]);
    await app.api.patch(`/segments/${id}`).set('If-Match', '*').send({ is_active: true }).expect(200);
    expect((await app.api.get('/segments').query({ is_active: false })).body).toEqual([]);
  });

  it('that does not exist is a 404, on every way to it', async () => {
    for (const answer of await Promise.all([
      app.api.get(`/segments/${UNKNOWN}`),
      app.api.patch(`/segments/${UNKNOWN}`).set('If-Match', '"1"').send({ name: 'x' }),
      app.api.delete(`/segments/${UNKNOWN}`),
      app.api.post(`/segments/${UNKNOWN}/preview-users`),
    ]))
      expect([answer.status, answer.body.type]).toEqual([404, 'urn:crm-service:problem:segment-not-found']);
  });
});

describe('the list of segments', () => {
  it('is walked page by page, newest first, each once, while others are created', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) ids.unshift((await app.make.segment({})).id);

    const walked: string[] = [];
    let next: string | undefined = '/segments?limit=3';
    while (next) {
      const page: { body: { id: string }[]; headers: Record<string, string> } = await app.api.get(next).expect(200);
      expect(page.body.length).toBeLessThanOrEqual(3);
      walked.push(...page.body.map(({ id }) => id));
      next = /<([^>]+)>; rel="next"/.exec(page.headers.link ?? '')?.[1];
      if (walked.length === 3) await app.make.segment({}); // newer than the cursor: not in this walk
    }

    expect(walked.slice(0, 7)).toEqual(ids);
    expect(new Set(walked).size).toBe(walked.length);
  });

  it('says how many there are, unless told not to', async () => {
    const [{ count }] = await app.db.query<{ count: string }>('SELECT count(*) FROM segments');
    expect((await app.api.get('/segments').query({ limit: 1 })).headers['x-total-count']).toBe(count);
    expect((await app.api.get('/segments').query({ limit: 1, total: false })).headers).not.toHaveProperty('x-total-count');
  });
});

describe('preview-users', () => {
  it('gives ids in order, page by page, with the total of the whole audience', async () => {
    const shop = `Shop ${Date.now()}`;
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push((await app.make.customer({}, { store_name: shop }, { store_name: shop })).id);
    const segment = await app.make.segment({ stores_in: [shop] });
    ids.sort();

    const first = await app.api.post(`/segments/${segment.id}/preview-users`).query({ limit: 3 }).expect(200);
    expect([first.body, first.headers['x-total-count']]).toEqual([ids.slice(0, 3), '5']);
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.link)![1];
    const second = await app.api.post(next).expect(200);
    expect([second.body, second.headers.link]).toEqual([ids.slice(3), undefined]);
  });

  it('reads the rule at the instant asked for', async () => {
    const shop = `Shop of then ${Date.now()}`;
    const early = await app.make.customer({}, { store_name: shop, purchase_date: '2024-01-01T00:00:00Z' });
    const late = await app.make.customer({}, { store_name: shop, purchase_date: '2024-03-01T00:00:00Z' });
    const segment = await app.make.segment({ stores_in: [shop], last_days: 31 });
    const at = async (as_of?: string) =>
      (
        await app.api
          .post(`/segments/${segment.id}/preview-users`)
          .query(as_of ? { as_of } : {})
          .expect(200)
      ).body;

    expect(await at('2024-01-31T23:59:59Z')).toEqual([early.id]);
    expect(await at('2024-02-01T00:00:00Z')).toEqual([early.id]); // both ends belong to the window
    expect(await at('2024-02-01T00:00:00.001Z')).toEqual([]);
    expect(await at('2024-03-01T01:00:00+01:00')).toEqual([late.id]);
    expect(await at()).toEqual([]);
  });

  it('previews what a deactivated segment would give', async () => {
    const ana = await app.make.customer({ preferences: { only: 'ana' } });
    const segment = await app.make.segment({ preferences_contains: { only: 'ana' } });
    await app.api.delete(`/segments/${segment.id}`).expect(204);
    expect((await app.api.post(`/segments/${segment.id}/preview-users`)).body).toEqual([ana.id]);
  });

  it('takes an empty body and refuses a field that would be ignored', async () => {
    const { id } = await app.make.segment({});
    await app.api.post(`/segments/${id}/preview-users`).send({}).expect(200);
    const answer = await app.api.post(`/segments/${id}/preview-users`).send({ as_of: '2024-01-01T00:00:00Z' }).expect(400);
    expect(answer.body.errors[0].pointer).toBe('/as_of');
  });
});
