import { startApp, type TestApp } from './support/app';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());

const UNKNOWN = '6d9f2c1e-4a5b-4c3d-8e7f-9a0b1c2d3e4f';

describe('a campaign', () => {
  it('is created over segments that exist, and read back', async () => {
    const [a, b] = [await app.make.segment({ last_days: 7 }), await app.make.segment({})];

    const answer = await app.api
      .post('/campaigns')
      .send({ name: 'Harvest', message: 'Come and see\nthe pumpkins 🎃', segment_ids: [b.id, a.id.toUpperCase()] })
      .expect(201);

    expect(answer.body).toMatchObject({
      name: 'Harvest',
      message: 'Come and see\nthe pumpkins 🎃',
      segment_ids: [b.id, a.id],
      is_active: true,
    });
    expect((await app.api.get(`/campaigns/${answer.body.id}`).expect(200)).body).toEqual(answer.body);
    expect((await app.api.get('/campaigns').expect(200)).body[0]).toEqual(answer.body);
  });

  it('is listed with its last dispatch, dry runs and tests aside, and the next', async () => {
    const customer = await app.make.customer();
    const segment = await app.make.segment({ user_ids_in: [customer.id] });
    const [quiet, sent] = [await app.make.campaign([segment]), await app.make.campaign([segment])];
    const { body: dispatch } = await app.api.post(`/campaigns/${sent.id}/dispatch`).expect(200);
    await app.api.post(`/campaigns/${sent.id}/dispatch?dry_run=true`).expect(200);
    await app.api
      .put(`/campaigns/${sent.id}/schedule`)
      .send({ scheduled_at: '2199-12-01T09:00', time_zone: 'Europe/Madrid' })
      .expect(201);

    const { body } = await app.api.get('/campaigns?activity=true&limit=2').expect(200);

    expect(body).toMatchObject([
      {
        id: sent.id,
        last_dispatch: { id: dispatch.id, status: 'dispatched', targeted: 1, created_at: dispatch.created_at },
        next_at: '2199-12-01T08:00:00.000Z',
      },
      { id: quiet.id, last_dispatch: null, next_at: null },
    ]);
    const plain = await app.api.get('/campaigns?limit=1').expect(200);
    expect(plain.body[0]).not.toHaveProperty('last_dispatch');
  });

  it('names the segment that does not exist', async () => {
    const segment = await app.make.segment({});
    const answer = await app.api
      .post('/campaigns')
      .send({ name: 'x', message: 'y', segment_ids: [segment.id, UNKNOWN] })
      .expect(400);
    expect([answer.body.type, answer.body.errors]).toEqual([
      'urn:crm-service:problem:unknown-segment',
      [{ pointer: '/segment_ids/1', detail: 'there is no such segment' }],
    ]);
  });

  it.each([
    ['no segment', { segment_ids: [] }, '/segment_ids'],
    ['the same segment twice', { segment_ids: [UNKNOWN, UNKNOWN.toUpperCase()] }, '/segment_ids'],
    ['one id instead of a list', { segment_ids: UNKNOWN }, '/segment_ids'],
    [
      'too many segments',
      { segment_ids: Array.from({ length: 51 }, (_, i) => UNKNOWN.slice(0, -2) + String(i + 10)) },
      '/segment_ids',
    ],
    ['a name of two lines', { name: 'To: all\nBcc: everyone' }, '/name'],
    ['a blank name', { name: '   ' }, '/name'],
  ])('refuses %s', async (_, wrong, pointer) => {
    const answer = await app.api
      .post('/campaigns')
      .send({ name: 'x', message: 'y', segment_ids: [UNKNOWN], ...wrong })
      .expect(400);
    expect(answer.body.errors[0].pointer).toBe(pointer);
  });

  it('previews the union of its active segments, each customer once', async () => {
    const both = await app.make.customer({ preferences: { diet: 'vegan', news: true } });
    const vegan = await app.make.customer({ preferences: { diet: 'vegan' } });
    const news = await app.make.customer({ preferences: { news: true } });
    await app.make.customer({ preferences: { diet: 'vegan' }, is_active: false });
    const vegans = await app.make.segment({ preferences_contains: { diet: 'vegan' } });
    const readers = await app.make.segment({ preferences_contains: { news: true } });
    const campaign = await app.make.campaign([vegans, readers]);
    const preview = () => app.api.post(`/campaigns/${campaign.id}/preview-users`).expect(200);

    const whole = await preview();
    expect([whole.body, whole.headers['x-total-count']]).toEqual([[both.id, vegan.id, news.id].sort(), '3']);

    await app.api.delete(`/segments/${readers.id}`);
    expect((await preview()).body).toEqual([both.id, vegan.id].sort());

    await app.api.delete(`/segments/${vegans.id}`);
    const nobody = await preview(); // no active segment is nobody, never everybody
    expect([nobody.body, nobody.headers['x-total-count']]).toEqual([[], '0']);
  });

  it('is changed only by whoever read it last', async () => {
    const campaign = await app.make.campaign([await app.make.segment({})]);
    const edit = (etag: string, body: object) => app.api.patch(`/campaigns/${campaign.id}`).set('If-Match', etag).send(body);

    expect((await edit('"1"', { message: 'new' }).expect(200)).body).toMatchObject({ message: 'new', name: campaign.name });
    await edit('"1"', { message: 'newer' }).expect(412);
    await edit('"2"', { message: '' }).expect(400);
    await edit('"2"', { message: ' \n' }).expect(400);
    await edit('"2"', { segment_ids: [UNKNOWN] }).expect(400);
    await app.api.patch(`/campaigns/${campaign.id}`).send({ message: 'x' }).expect(428);
  });

  it('that is deactivated stays readable and is not dispatched', async () => {
    const campaign = await app.make.campaign([await app.make.segment({})]);

    await app.api.delete(`/campaigns/${campaign.id}`).expect(204);

    expect((await app.api.get(`/campaigns/${campaign.id}`)).body.is_active).toBe(false);
    const answer = await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(409);
    expect(answer.body.type).toBe('urn:crm-service:problem:campaign-inactive');
  });

  it('that does not exist is a 404, on every way to it', async () => {
    for (const answer of await Promise.all([
      app.api.get(`/campaigns/${UNKNOWN}`),
      app.api.patch(`/campaigns/${UNKNOWN}`).set('If-Match', '"1"').send({ name: 'x' }),
      app.api.delete(`/campaigns/${UNKNOWN}`),
      app.api.post(`/campaigns/${UNKNOWN}/preview-users`),
      app.api.post(`/campaigns/${UNKNOWN}/dispatch`),
      app.api.get(`/campaigns/${UNKNOWN}/dispatches`),
    ]))
      expect([answer.status, answer.body.type]).toEqual([404, 'urn:crm-service:problem:campaign-not-found']);
  });
});
