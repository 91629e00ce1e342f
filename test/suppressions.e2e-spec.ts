import { randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { startApp, type TestApp } from './support/app';
import { eventually } from './support/eventually';
import { refusalFault } from './support/refusal';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());
beforeEach(() => app.db.query('TRUNCATE suppressions'));

const suppress = (body: object) => app.api.post('/suppressions').send({ reason: 'unsubscribed', ...body });
const stored = () => app.db.query('SELECT user_id, channel, reason FROM suppressions ORDER BY user_id, channel');

describe('suppressing a customer', () => {
  it('holds in every channel, for good, until somebody lifts it', async () => {
    const ana = await app.make.customer({ email: 'ana@example.com' });

    const { body, headers } = await suppress({ user_id: ana.id, source: 'unsubscribe page' }).expect(201);

    expect(body).toEqual({
      id: ana.id,
      user_id: ana.id,
      channel: null,
      reason: 'unsubscribed',
      source: 'unsubscribe page',
      expires_at: null,
      in_force: true,
      created_by: expect.stringMatching(/^token:/),
      created_at: expect.any(String),
    });
    expect(headers.location).toBe(`/suppressions/${ana.id}`);
    expect((await app.api.get(headers.location).expect(200)).body).toEqual(body);
    await app.api.delete(headers.location).expect(204);
    for (const method of ['get', 'delete'] as const)
      expect(
        refusalFault(await app.api[method](headers.location), { status: 404, type: 'suppression-not-found' }),
      ).toBeUndefined();
  });

  it('in one channel is another thing than in all', async () => {
    const [{ id }] = await app.make.customers(1);
    const email = await suppress({ user_id: id.toUpperCase(), channel: 'email' }).expect(201);
    await suppress({ user_id: id }).expect(201);
    expect(email.body).toMatchObject({ id: `${id}:email`, user_id: id, channel: 'email', source: '' });
    await app.api.delete(`/suppressions/${id.toUpperCase()}:email`).expect(204);
    expect(await stored()).toEqual([{ user_id: id, channel: '', reason: 'unsubscribed' }]);
  });

  it('again replaces reason, source and expiry, and keeps who was first', async () => {
    const [{ id }] = await app.make.customers(1);
    const first = await suppress({ user_id: id, source: 'page', expires_at: '2199-01-01T00:00:00Z' }).expect(201);
    const again = await suppress({ user_id: id, reason: 'complained', expires_at: null }).expect(200);
    expect(again.body).toEqual({ ...first.body, reason: 'complained', source: '', expires_at: null });
    expect(again.headers.location).toBeUndefined();
    expect((await suppress({ user_id: id, reason: 'complained' }).expect(200)).body).toEqual(again.body);
    expect((await app.api.get('/suppressions').expect(200)).body).toEqual([again.body]);
  });

  it('does not ask whether the customer is there: one may come back', async () => {
    await suppress({ user_id: randomUUID() }).expect(201);
  });

  it('finds an address in whatever case, and means everybody who has it', async () => {
    const [low, high] = ['10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000'];
    await app.make.customer({ id: high, email: 'Two@Example.com' });
    await app.make.customer({ id: low, email: 'two@example.com' });
    await app.make.customer({ email: 'other@example.com' });

    const answer = await suppress({ email: 'TWO@example.COM' }).expect(201);

    expect(answer.body).toMatchObject({ user_id: low });
    expect(answer.text).not.toContain('@');
    expect((await stored()).map(({ user_id }) => user_id)).toEqual([low, high]);
    await suppress({ email: 'two@EXAMPLE.com' }).expect(200);
  });

  it.each([
    ['nobody', {}, '/user_id'],
    ['nobody, spelt out', { user_id: null, email: null }, '/user_id'],
    ['somebody twice', { user_id: randomUUID(), email: 'ana@example.com' }, '/email'],
    ['an address that is none', { email: 'ana' }, '/email'],
    ['an unknown channel', { user_id: randomUUID(), channel: 'fax' }, '/channel'],
    ['the empty channel', { user_id: randomUUID(), channel: '' }, '/channel'],
    ['an unknown reason', { user_id: randomUUID(), reason: 'why not' }, '/reason'],
    ['no reason', { user_id: randomUUID(), reason: null }, '/reason'],
    ['two lines of source', { user_id: randomUUID(), source: 'a\nb' }, '/source'],
    ['what has expired already', { user_id: randomUUID(), expires_at: '2020-01-01T00:00:00Z' }, '/expires_at'],
    ['a day that does not exist', { user_id: randomUUID(), expires_at: '2199-02-29T00:00:00Z' }, '/expires_at'],
  ])('refuses %s', async (_, body, pointer) => {
    expect(refusalFault(await suppress(body), { status: 400, pointer })).toBeUndefined();
    expect(await stored()).toEqual([]);
  });

  it('says so where no customer has the address', async () => {
    const answer = await suppress({ email: "nobody'--@example.com" });
    expect(refusalFault(answer, { status: 404, type: 'customer-not-found' })).toBeUndefined();
  });

  it('twenty times at once makes one', async () => {
    const [{ id }] = await app.make.customers(1);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => suppress({ user_id: id, source: `caller ${i}` })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 19 }, () => 200), 201]);
    expect(await stored()).toHaveLength(1);
  });

  it('finds none under what is no id of one', async () => {
    const [{ id }] = await app.make.customers(1);
    await suppress({ user_id: id }).expect(201);
    for (const other of [`${id}:`, `${id}:fax`, `${id}:email`, `${id}:EMAIL`, `:${id}`, `${id}:email:sms`, 'import', randomUUID()])
      expect(
        refusalFault(await app.api.get(`/suppressions/${other}`), { status: 404, type: 'suppression-not-found' }),
      ).toBeUndefined(); // prettier-ignore
  });
});

describe('the clock', () => {
  afterEach(() => void jest.useRealTimers());

  it("is the database's, whatever ours says", async () => {
    const [{ id }] = await app.make.customers(1);
    jest.useFakeTimers({
      now: new Date('2150-01-01T00:00:00Z'),
      doNotFake: ['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'],
    }); // prettier-ignore
    const { body } = await suppress({ user_id: id, expires_at: '2149-12-31T00:00:00+01:00' }).expect(201);
    expect(body).toMatchObject({ in_force: true, expires_at: '2149-12-30T23:00:00.000Z' });
  });

  it('ends a suppression by itself, and it can be suppressed anew', async () => {
    const [{ id }] = await app.make.customers(1);
    const [{ soon }] = await app.db.query<{ soon: Date }>(`SELECT clock_timestamp() + interval '1 second' AS soon`);
    await suppress({ user_id: id, expires_at: soon.toISOString() }).expect(201);
    const ended = await eventually(async () => {
      const { body } = await app.api.get(`/suppressions/${id}`).expect(200);
      expect(body.in_force).toBe(false);
      return body;
    });
    expect((await app.api.get('/suppressions?in_force=true').expect(200)).body).toEqual([]);
    expect((await app.api.get('/suppressions?in_force=false').expect(200)).body).toEqual([ended]);
    expect((await suppress({ user_id: id, channel: null }).expect(200)).body.in_force).toBe(true);
  });
});

describe('the list', () => {
  const ids = async (query: string) =>
    (await app.api.get(`/suppressions?${query}`).expect(200)).body.map((one: { id: string }) => one.id);

  it('shows the newest first, and of them what is asked for', async () => {
    const [ana, ben] = await app.make.customers(2);
    await suppress({ user_id: ana.id }).expect(201);
    await suppress({ user_id: ben.id, channel: 'email', reason: 'bounced' }).expect(201);
    await suppress({ user_id: ben.id, channel: 'sms' }).expect(201);
    await app.db.query(`UPDATE suppressions SET expires_at = now() WHERE channel = 'sms'`);

    const [all, email, sms] = [ana.id, `${ben.id}:email`, `${ben.id}:sms`];
    expect(await ids('')).toEqual([sms, email, all]);
    expect(await ids(`user_id=${ben.id.toUpperCase()}`)).toEqual([sms, email]);
    expect(await ids('channel=email')).toEqual([email, all]);
    expect(await ids('channel=sms&in_force=true')).toEqual([all]);
    expect(await ids('channel=webhook')).toEqual([all]);
    expect(await ids('reason=bounced')).toEqual([email]);
    expect(await ids('in_force=true')).toEqual([email, all]);
    expect(await ids('in_force=false')).toEqual([sms]);
    const { headers } = await app.api.get('/suppressions?limit=1&reason=unsubscribed').expect(200);
    expect(headers['x-total-count']).toBe('2');
    for (const reason of ['', 'Bounced', 'bounced,other', 'toString'])
      expect(
        refusalFault(await app.api.get('/suppressions').query({ reason }), { status: 400, pointer: '/reason' }),
      ).toBeUndefined();
  });

  it('is walked without a gap or a repetition while others come and go', async () => {
    // all of one instant, as an import makes them: the order is by customer and channel
    await app.db.query(
      `INSERT INTO suppressions (user_id, channel, reason, created_by, created_at)
       SELECT md5((i / 2)::text)::uuid, CASE i % 2 WHEN 0 THEN '' ELSE 'email' END, 'other', 'test', '2026-01-01'
       FROM generate_series(0, 599) i`,
    );
    const stays = new Set((await stored()).map(({ user_id, channel }) => (channel ? `${user_id}:${channel}` : user_id)));
    const seen: string[] = [];
    let next: string | undefined = '/suppressions?limit=37&total=false';
    while (next) {
      const page: Response = await app.api.get(next).expect(200);
      seen.push(...page.body.map((one: { id: string }) => one.id));
      next = /<(.*)>/.exec(page.headers.link ?? '')?.[1];
      for (const gone of await app.db.query(
        `DELETE FROM suppressions WHERE (user_id, channel) IN (SELECT user_id, channel FROM suppressions ORDER BY random() LIMIT 5)
         RETURNING CASE channel WHEN '' THEN user_id::text ELSE user_id || ':' || channel END AS id`,
      ))
        stays.delete(gone.id as string);
      await app.db.query(
        `INSERT INTO suppressions (user_id, reason, created_by, created_at) SELECT gen_random_uuid(), 'other', 'test', at
         FROM unnest('{2026-01-01, 2025-12-31, 2026-01-02}'::timestamptz[]) at`,
      );
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect([...stays].filter((id) => !seen.includes(id))).toEqual([]);
    expect(stays.size).toBeGreaterThan(400);
  });
});
