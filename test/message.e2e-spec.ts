import { startApp, type TestApp, WORKER_TOKEN } from './support/app';
import { type FakeOllama, startFakeOllama } from './support/fake-ollama';
import type { Made } from './support/make';

let app: TestApp;
let ollama: FakeOllama;
beforeAll(async () => {
  ollama = await startFakeOllama();
  app = await startApp({ OLLAMA_HOST: ollama.url });
});
afterAll(async () => {
  await app.close();
  await ollama.close();
});

const GREETING = 'Hello {{ preferences.first_name | default: "friend" }}!';
const UNKNOWN = '6d9f2c1e-4a5b-4c3d-8e7f-9a0b1c2d3e4f';

const create = async (texts: object) =>
  app.api
    .post('/campaigns')
    .send({ name: 'Harvest', message: 'x', segment_ids: [(await app.make.segment({})).id], ...texts });
const campaignWith = async (texts: object): Promise<Made> => (await create(texts)).body;
const render = (campaign: Made, user: { id: string }) =>
  app.api.post(`/campaigns/${campaign.id}/render`).query({ user_id: user.id });

describe('a campaign with placeholders', () => {
  it.each([
    ['in message and title', { message: GREETING, title: '{{ preferences.a.b.c.d | default: "News" }} for {{email}}' }],
    ['of every kind', { message: '{{user_id}} {{ email | default: "" }} {{ preferences.x-1 | default: "\\"\\\\" }}' }],
    ['that look like those of others', { message: '${email} <%= email %> {email} {% email %}', title: '{ }' }],
    ['not in name and description', { name: '{{ x', description: 'as {{ preferences.x }} }}' }],
    ['fifty times', { message: '{{email}}'.repeat(50) }],
  ])('is saved to the letter: %s', async (_, texts) => {
    const created = await create(texts);
    expect([created.status, created.body]).toEqual([201, expect.objectContaining(texts)]);
    expect((await app.api.get(`/campaigns/${created.body.id}`)).body).toMatchObject(texts);
  });

  it.each([
    ['a field that nobody may read', 'Hello {{ password }}', /^at character 7: there is no such field; allowed are/],
    ['no default', 'Hello {{ preferences.first_name }}', /^at character 7: needs a default, as in/],
    ['a way to the prototype', '{{ preferences.__proto__.x | default: "" }}!', /^at character 1: there is no such field/],
    ['logic', '{{#if email}}Hello{{/if}}', /^at character 1: this is no placeholder; allowed are/],
    ['an expression', 'Hello {{ 7 * 7 }}', /^at character 7: this is no placeholder/],
    ['an open end', 'Hello {{ email', /^at character 7: "\{\{" without "\}\}" after it/],
    ['an end that nothing begins', 'Hello email }}', /^at character 13: "\}\}" without "\{\{" before it/],
    ['too long a default', `{{ email | default: "${'x'.repeat(201)}" }}`, /its default has more than 200 characters/],
    ['too many', '{{email}}'.repeat(51), /has more than 50 placeholders/],
    ['nothing else', '{{ preferences.x | default: "" }}', /would be blank for a customer who has none/],
    ['words that class-validator would replace', '{{ $value }}{{ $target $property $constraint1 }}', /^at character 1: /],
  ])('is refused with %s, when it is made and when it is changed', async (_, text, fault) => {
    const campaign = await campaignWith({ title: 'Before', message: 'Before' });
    for (const field of text.length > 200 ? ['message'] : ['message', 'title']) {
      const refused = [{ pointer: `/${field}`, detail: expect.stringMatching(fault) }];
      const created = await create({ [field]: text });
      const edited = await app.api
        .patch(`/campaigns/${campaign.id}`)
        .set('If-Match', '*')
        .send({ [field]: text });
      for (const { status, body } of [created, edited]) {
        expect([status, body.type, body.errors]).toEqual([400, 'urn:crm-service:problem:bad-request', refused]);
        expect(body.detail.length).toBeLessThan(800);
      }
    }
    expect((await app.api.get(`/campaigns/${campaign.id}`)).body).toMatchObject({ title: 'Before', message: 'Before' });
  });

  it('has its title on one line of at most 200 characters', async () => {
    for (const title of ['To: all\r\nBcc: everyone', 'a\u0085b', 'x'.repeat(201), '', ' '])
      expect([title, (await create({ title })).body.errors?.[0].pointer]).toEqual([title, '/title']);
    expect((await create({ title: '🎃'.repeat(200) })).status).toBe(201);
  });

  it('is not drafted by the model', async () => {
    for (const says of [GREETING, 'Hello {{ secret }}', 'Hello }}', 'Hello {{']) {
      ollama.says(says);
      const { status, body } = await create({ message: '' });
      expect([status, body.type, body.errors]).toEqual([
        422,
        'urn:crm-service:problem:draft-not-usable',
        [{ pointer: '/message', detail: 'has a placeholder' }],
      ]);
    }
  });
});

describe('POST /campaigns/{id}/render', () => {
  it('shows the text of one customer, in the audience or not, and what is missing of him', async () => {
    const customer = await app.make.customer({ preferences: { first_name: 'Ana' }, is_active: false });
    const campaign = await campaignWith({
      title: '{{ preferences.city | default: "Here" }}',
      message: `${GREETING} {{ preferences.city | default: "here" }} {{ preferences.points | default: "0" }}`,
    });

    const answer = await render(campaign, { id: customer.id.toUpperCase() }).expect(200);

    expect(answer.body).toEqual({
      user_id: customer.id,
      title: 'Here',
      message: 'Hello Ana! here 0',
      missing: ['preferences.city', 'preferences.points'],
    });
  });

  it('is made anew for whoever repeats it with a key: nothing of the customer is kept', async () => {
    const ana = await app.make.customer({ preferences: { first_name: 'Ana' } });
    const campaign = await campaignWith({ message: GREETING });
    const keyed = async () => (await render(campaign, ana).set('Idempotency-Key', `render for ${ana.id}`).expect(200)).body;

    expect(await keyed()).toMatchObject({ message: 'Hello Ana!' });
    await app.db.query(`UPDATE users SET preferences = '{"first_name": "Anna"}' WHERE id = $1`, [ana.id]);

    expect(await keyed()).toMatchObject({ message: 'Hello Anna!' });
    expect(await app.db.query('SELECT 1 FROM idempotency_keys WHERE body IS NOT NULL')).toEqual([]);
  });

  it('refuses what is not there, and what is not asked properly', async () => {
    const [campaign, ana] = [await campaignWith({ message: GREETING }), await app.make.customer()];
    const status = async (path: string, body?: object) => {
      const answer = await app.api.post(path).send(body);
      return [answer.status, answer.body.type.split(':').at(-1), answer.body.errors?.[0]?.pointer];
    };

    const path = `/campaigns/${campaign.id}/render`;
    expect(await status(`${path}?user_id=${UNKNOWN}`)).toEqual([404, 'customer-not-found', undefined]);
    expect(await status(`/campaigns/${UNKNOWN}/render?user_id=${ana.id}`)).toEqual([404, 'campaign-not-found', undefined]);
    expect(await status(path)).toEqual([400, 'bad-request', '/user_id']);
    expect(await status(`${path}?user_id=me`)).toEqual([400, 'bad-request', '/user_id']);
    expect(await status(`${path}?user_id=${ana.id}&all=1`)).toEqual([400, 'bad-request', '/all']);
    expect(await status(`${path}?user_id=${ana.id}`, { message: 'x' })).toEqual([400, 'bad-request', '/message']);
    await app.as(WORKER_TOKEN).post(`${path}?user_id=${ana.id}`).expect(403);
  });
});
