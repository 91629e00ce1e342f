import { DataSource } from 'typeorm';
import { sql } from '../src/common/sql';
import { selectCustomerValues } from '../src/notifications/customer-values.sql';
import { startApp, type TestApp, WORKER_TOKEN } from './support/app';
import type { CustomerFacts, Made } from './support/make';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());

const GREETING = 'Hello {{ preferences.first_name | default: "friend" }}!';
let serial = 0;

const campaignWith = async (texts: object, segment_ids?: string[]): Promise<Made> => {
  const segments = segment_ids ?? [(await app.make.segment({})).id];
  return (
    await app.api
      .post('/campaigns')
      .send({ name: 'Harvest', segment_ids: segments, ...texts })
      .expect(201)
  ).body;
};
const render = (campaign: Made, user: { id: string }) =>
  app.api.post(`/campaigns/${campaign.id}/render`).query({ user_id: user.id });

/** A campaign dispatched to one new customer, and what the customer's notification reads. */
async function sentTo(facts: CustomerFacts, texts: object) {
  const tag = `tag-${++serial}`;
  const customer = await app.make.customer({ ...facts, preferences: { ...facts.preferences, tag } });
  const segment = await app.make.segment({ preferences_contains: { tag } });
  const campaign = await campaignWith(texts, [segment.id]);
  await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200);
  const read = async () => (await app.api.get('/notifications').query({ campaign_id: campaign.id }).expect(200)).body[0];
  return { customer, campaign, read };
}

describe('a notification', () => {
  it('reads title and message with what is known of its customer now', async () => {
    const { customer, campaign, read } = await sentTo(
      {
        email: 'ana@example.com',
        preferences: { first_name: 'Ana', address: { city: 'Girona' }, points: 12.5, news: false },
      },
      {
        title: 'For {{ preferences.first_name | default: "you" }}',
        message:
          '{{email}} {{user_id}} {{ preferences.address.city | default: "?" }} {{ preferences.points | default: "0" }} {{ preferences.news | default: "?" }}',
        channel: 'email',
      },
    );
    const expected = {
      channel: 'email',
      title: 'For Ana',
      message: `ana@example.com ${customer.id} Girona 12.5 false`,
      status: 'queued',
    };

    expect(await read()).toMatchObject(expected);
    const { id } = await read();
    expect((await app.as(WORKER_TOKEN).get(`/notifications/${id}`).expect(200)).body).toMatchObject(expected);
    expect((await render(campaign, customer).expect(200)).body).toEqual({
      user_id: customer.id,
      title: expected.title,
      message: expected.message,
      missing: [],
    });
    await app.db.query(`UPDATE users SET preferences = preferences || '{"first_name": "Anna"}' WHERE id = $1`, [
      customer.id,
    ]);
    expect((await app.api.post(`/notifications/${id}/mark-sent`).expect(200)).body).toMatchObject({ title: 'For Anna' });
  });

  it('has no title where the campaign has none', async () => {
    const { read } = await sentTo({}, { message: GREETING });
    expect(await read()).toMatchObject({ title: null, message: 'Hello friend!', channel: 'webpush' });
  });

  it('takes the defaults once its customer is gone', async () => {
    const { customer, read } = await sentTo(
      { email: 'gone@example.com', preferences: { first_name: 'Ana' } },
      { title: '{{ email | default: "dear customer" }}', message: `${GREETING} {{ email }}|{{ user_id }}` },
    );
    expect((await read()).message).toBe(`Hello Ana! gone@example.com|${customer.id}`);

    await app.db.query('DELETE FROM users WHERE id = $1', [customer.id]);

    expect(await read()).toMatchObject({ title: 'dear customer', message: `Hello friend! |${customer.id}` });
  });

  it('keeps the text of its dispatch when the campaign is edited', async () => {
    const { customer, campaign, read } = await sentTo(
      { preferences: { first_name: 'Ana' } },
      { title: 'Old', message: GREETING },
    );

    const edit = { title: 'New {{ preferences.first_name | default: "" }}', message: 'Bye {{ email }}' };
    await app.api.patch(`/campaigns/${campaign.id}`).set('If-Match', '*').send(edit).expect(200);

    expect(await read()).toMatchObject({ title: 'Old', message: 'Hello Ana!' });
    expect((await render(campaign, customer)).body.title).toBe('New Ana');
  });

  it('of before, whose text has no placeholder but looks like one, is what it was', async () => {
    const { campaign, read } = await sentTo({}, { message: 'x' });
    await app.db.query('UPDATE dispatches SET message = $1, title = $2 WHERE campaign_id = $3', [
      'Hi {{ first_name }}, {{ email }}',
      '}} {{',
      campaign.id,
    ]);
    expect(await read()).toMatchObject({ title: '}} {{', message: 'Hi {{ first_name }}, {{ email }}' });
  });

  it('on a page with others reads the values of its own customer, of its own dispatch', async () => {
    const tag = `tag-${++serial}`;
    const [ana, bea] = [
      await app.make.customer({ preferences: { tag, first_name: 'Ana' } }),
      await app.make.customer({ preferences: { tag, city: 'Olot' }, email: 'bea@example.com' }),
    ];
    const segments = [(await app.make.segment({ preferences_contains: { tag } })).id];
    for (const message of [GREETING, '{{ email }} {{ preferences.city | default: "-" }}', 'plain']) {
      const { id } = await campaignWith({ message }, segments);
      await app.api.post(`/campaigns/${id}/dispatch`).expect(200);
    }
    const messages = async (user_id: string) =>
      (await app.api.get('/notifications').query({ user_id })).body.map((n: { message: string }) => n.message);

    expect(await messages(ana.id)).toEqual(['plain', expect.stringMatching(/^customer-\d+@.* -$/), 'Hello Ana!']);
    expect(await messages(bea.id)).toEqual(['plain', 'bea@example.com Olot', 'Hello friend!']);
    const page = (await app.api.get('/notifications?limit=6')).body.map((n: { message: string }) => n.message);
    expect(page.sort()).toEqual([...(await messages(ana.id)), ...(await messages(bea.id))].sort());
  });
});

describe('what a customer may have in his preferences', () => {
  const NAMED = {
    title: 'For {{ preferences.name | default: "you" }}',
    message: 'Hi {{ preferences.name | default: "you" }}!',
  };
  it.each([
    ['a placeholder', '{{email}}', '{{email}}'],
    ['a placeholder with a default', '{{ preferences.x | default: "y" }}', '{{ preferences.x | default: "y" }}'],
    ['templates of others', '${7*7} <%= 7*7 %> #{1} $& $1', '${7*7} <%= 7*7 %> #{1} $& $1'],
    ['the name of a prototype', '__proto__', '__proto__'],
    ['a path of JSON', 'strict $."a"', 'strict $."a"'],
    ['SQL', `'; DROP TABLE users; --`, `'; DROP TABLE users; --`],
    ['right to left', 'שלום \u202ex', 'שלום \u202ex'],
    ['emoji', '👩‍👩‍👧‍👦🏳️‍🌈', '👩‍👩‍👧‍👦🏳️‍🌈'],
    ['line breaks, as of a mail header', 'Ana\r\nBcc: everyone', 'Ana  Bcc: everyone'],
    ['control characters', 'a\u0001b\u001bc\u0085d\u2028e', 'a b c d e'],
    ['a megabyte', '🎃'.repeat(262_144), '🎃'.repeat(200)],
    ['a number of many digits', 12345678901234, '12345678901234'],
    ['true', true, 'true'],
    ['null', null, 'you'],
    ['nothing but blanks', ' \n ', 'you'],
    ['an object', { first: 'Ana' }, 'you'],
    ['a list', ['Ana'], 'you'],
  ])('as a name: %s', async (_, name, shown) => {
    const { customer, campaign, read } = await sentTo({ preferences: { name } }, NAMED);

    const texts = { title: `For ${shown}`, message: `Hi ${shown}!` };
    expect(await read()).toMatchObject(texts);
    expect((await render(campaign, customer)).body).toMatchObject({
      ...texts,
      missing: shown === 'you' ? ['preferences.name'] : [],
    });
  });

  it('no text in the way, no list to look into', async () => {
    const campaign = await campaignWith({
      message: 'name.first name.length list.0 list.length deep.a.b.c deep.a 0 cents __proto__x'
        .split(' ')
        .map((path) => `{{ preferences.${path} | default: "-" }}`)
        .join(' '),
    });
    const { id } = await app.make.customer();
    const preferences = `{"name": "Ana", "list": ["a"], "0": "zero", "deep": {"a": {"b": {"c": "ok"}}},
      "cents": 9007199254740993.10, "__proto__x": "own", "__proto__": {"x": "y"}}`;
    await app.db.query('UPDATE users SET preferences = $2::jsonb WHERE id = $1', [id, preferences]);

    expect((await render(campaign, { id }).expect(200)).body.message).toBe('- - - - ok - zero 9007199254740993.10 own');
  });

  it.each([
    ['NULL', null],
    ['a text', '"Ana"'],
    ['a list', '[{"name": "Ana"}]'],
    ['JSON null', 'null'],
  ])('and preferences that are %s are none', async (_, preferences) => {
    const { id } = await app.make.customer();
    await app.db.query('UPDATE users SET preferences = $2::jsonb WHERE id = $1', [id, preferences]);
    expect((await render(await campaignWith(NAMED), { id }).expect(200)).body.message).toBe('Hi you!');
  });
});

describe('reading customers for a page', () => {
  it('looks each of 100 up by primary key, and reads nothing else', async () => {
    await app.db.query(
      `INSERT INTO users (id, email) SELECT gen_random_uuid(), 'many-' || i || '@example.invalid' FROM generate_series(1, 30000) i`,
    );
    await app.db.query('ANALYZE users');
    const ids = await app.db.query<{ id: string }>('SELECT id FROM users LIMIT 100');
    const statement = selectCustomerValues(new Map(ids.map(({ id }) => [id, ['email', 'preferences.first_name']])));

    const plan = await app.db.query<{ 'QUERY PLAN': string }>(sql`EXPLAIN ${statement}`.text, statement.values);

    const steps = plan.map((line) => line['QUERY PLAN']);
    expect(steps.filter((step) => / on (?!users|jsonb_)\w+/.test(step))).toEqual([]);
    expect(steps.filter((step) => step.includes('Seq Scan'))).toEqual([]);
    expect(steps.filter((step) => step.includes('users_pkey'))).toHaveLength(1);
  });

  it('is not done where nothing has a placeholder, so that it needs no right to read them', async () => {
    const { read } = await sentTo({}, { message: 'plain', title: 'plain' });
    const database = app.nest.get(DataSource);
    const asked: string[] = [];
    const query = database.query.bind(database);
    database.query = ((text: string, values: unknown[]) => (asked.push(text), query(text, values))) as typeof database.query;
    try {
      expect(await read()).toMatchObject({ message: 'plain' });
    } finally {
      database.query = query;
    }
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((text) => /\busers\b/.test(text))).toEqual([]);
  });

  it('takes the default for the address in an installation without addresses', async () => {
    const one = await startApp();
    try {
      const { id } = await one.make.customer({ preferences: { first_name: 'Ana' } });
      const campaign = await one.make.campaign([await one.make.segment({})], `${GREETING} {{ email | default: "none" }}`);
      await one.db.query('ALTER TABLE users DROP COLUMN email');
      const answer = await one.api.post(`/campaigns/${campaign.id}/render`).query({ user_id: id }).expect(200);
      expect(answer.body).toMatchObject({ message: 'Hello Ana! none', missing: ['email'] });
    } finally {
      await one.close();
    }
  });
});
