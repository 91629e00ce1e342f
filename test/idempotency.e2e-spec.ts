import { RequestMethod } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { Response } from 'supertest';
import { IdempotencyKeys } from '../src/idempotency/idempotency-keys';
import { OncePipe } from '../src/idempotency/once';
import { KeepsAnswer } from '../src/idempotency/without-effect';
import { ADMIN_TOKEN, startApp, type TestApp, WORKER_TOKEN } from './support/app';
import { eventually } from './support/eventually';
import { refusalFault } from './support/refusal';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy';

const OTHER_ADMIN = 'the-token-of-another-admin';
let serial = 0;
const newKey = () => `a key of a test, ${++serial}`;

let app: TestApp;
beforeAll(async () => void (app = await startApp({ ADMIN_TOKENS: [ADMIN_TOKEN, OTHER_ADMIN] })));
afterAll(() => app.close());

const post = (path: string, key: string, body: object = {}, to: TestApp = app, token = ADMIN_TOKEN) =>
  to.as(token).post(path).set('Idempotency-Key', key).send(body);
const segment = (name: string) => ({ name, filters: { last_days: 30 } });
const segmentsNamed = async (name: string, to: TestApp = app) =>
  (await to.db.query('SELECT 1 FROM segments WHERE name = $1', [name])).length;
const keysKept = async (key: string, to: TestApp = app) =>
  (await to.db.query('SELECT 1 FROM idempotency_keys WHERE key = $1', [key])).length;

/** What a repeated request must give to the letter. */
const said = ({ status, text, headers }: Response) => {
  const { etag, location, link, 'x-total-count': total, 'content-type': type } = headers;
  return { status, text, etag, location, link, total, type };
};
const isReplayed = ({ headers }: Response) => headers['idempotency-replayed'] === 'true';

describe('a POST that is repeated with its key', () => {
  it('has one effect and one answer, whoever of a hundred at once comes first', async () => {
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 100 }, () => post('/segments', key, segment('At once'))));

    const made = answers.filter(({ status }) => status === 201);
    expect(new Set(made.map((answer) => JSON.stringify(said(answer)))).size).toBe(1);
    expect(made.filter((answer) => !isReplayed(answer))).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expect(refusalFault(answer, { status: 409, type: 'idempotency-key-in-use' })).toBeUndefined();
      expect(answer.headers['retry-after']).toBe('1');
    }
    expect(await segmentsNamed('At once')).toBe(1);
  });

  it('gives the first answer after the thing has changed, and after a restart', async () => {
    const before = await startApp();
    const key = newKey();
    const first = await post('/segments', key, segment('Lasting'), before).expect(201);
    await before.api.patch(first.headers.location).set('If-Match', '*').send({ name: 'Changed' }).expect(200);
    await before.nest.close();

    const after = await startApp({ DATABASE_URL: before.db.url });
    const again = await post('/segments', key, segment('Lasting'), after);

    expect([said(again), isReplayed(again)]).toEqual([said(first), true]);
    expect(await before.db.query('SELECT name FROM segments')).toEqual([{ name: 'Changed' }]);
    await after.close();
    await before.db.drop();
  });

  it('takes a key in quotes for the same as the bare one, and keys of a body in any order', async () => {
    const key = newKey();
    const first = await post('/segments', key, { name: 'Quoted', filters: { last_days: 1, min_num_purchases: 2 } });
    const again = await post('/segments', `"${key}"`, { filters: { min_num_purchases: 2, last_days: 1 }, name: 'Quoted' });

    expect([said(again), isReplayed(first), isReplayed(again)]).toEqual([said(first), false, true]);
  });

  it('is settled once', async () => {
    await app.make.customer();
    const campaign = await app.make.campaign([await app.make.segment()]);
    const dispatch = newKey();
    const first = await post(`/campaigns/${campaign.id}/dispatch`, dispatch).expect(200);
    const repeated = await post(`/campaigns/${campaign.id}/dispatch`, dispatch);
    expect([said(repeated), isReplayed(repeated)]).toEqual([said(first), true]);

    const [{ id }] = (await app.api.get(`/notifications?campaign_id=${campaign.id}`).expect(200)).body;
    const report = { delivery_info: { provider_id: 'p-1' } };
    const [sentKey, failedKey] = [newKey(), newKey()];
    const sent = await post(`/notifications/${id}/mark-sent`, sentKey, report, app, WORKER_TOKEN).expect(200);
    await app.api
      .post(`/notifications/${id}/mark-sent`)
      .send({ delivery_info: { opened: true } })
      .expect(200);
    const again = await post(`/notifications/${id}/mark-sent`, sentKey, report, app, WORKER_TOKEN);
    const failed = await post(`/notifications/${id}/mark-failed`, failedKey, {}, app, WORKER_TOKEN);

    // what it says of a customer is not kept with the key: it is looked up again
    expect([sent.body.meta, isReplayed(sent)]).toEqual([{ provider_id: 'p-1' }, false]);
    expect([again.status, again.body.meta, isReplayed(again)]).toEqual([200, { provider_id: 'p-1', opened: true }, true]);
    expect(refusalFault(failed, { status: 409, type: 'notification-settled' })).toBeUndefined();
    expect(await keysKept(failedKey)).toBe(0);
    const now = (await app.api.get(`/notifications/${id}`).expect(200)).body;
    expect(now).toMatchObject({ attempts: 1, meta: { provider_id: 'p-1', opened: true } });
  });

  it('is imported once, and known by its bytes', async () => {
    const { id } = await app.make.customer();
    const key = newKey();
    const file = (text: string) =>
      app.api.post('/suppressions/import').set('Idempotency-Key', key).type('text/csv').send(text);
    const text = `user_id,reason\n${id},bounced\n`;

    const first = await file(text).expect(200);
    const again = await file(text);

    expect(first.body).toMatchObject({ added: 1 });
    expect([said(again), isReplayed(again)]).toEqual([said(first), true]);
    expect(refusalFault(await file(`${text}\n`), { status: 422, type: 'idempotency-key-reused' })).toBeUndefined();
  });

  it('gives the page it gave before, where it only asks', async () => {
    const all = await app.make.segment({});
    await app.make.customers(3);
    const key = newKey();
    const first = await post(`/segments/${all.id}/preview-users?limit=2`, key).expect(200);
    await app.make.customers(1);
    const again = await post(`/segments/${all.id}/preview-users?limit=2`, key);

    expect([said(again), isReplayed(again)]).toEqual([said(first), true]);
    expect(first.headers).toMatchObject({ link: expect.any(String), 'x-total-count': expect.any(String) });
  });
});

describe('a key', () => {
  it.each([
    ['another body', '/segments/preview', { filters: { last_days: 2 } }],
    ['another query', '/segments/preview?sample=1', { filters: {} }],
  ])('is refused for %s', async (_, path, body) => {
    const key = newKey();
    await post('/segments/preview', key, { filters: {} }).expect(200);
    expect(refusalFault(await post(path, key, body), { status: 422, type: 'idempotency-key-reused' })).toBeUndefined();
  });

  it('is refused for another thing at the same route', async () => {
    const [one, other] = [await app.make.segment(), await app.make.segment()];
    const key = newKey();
    await post(`/segments/${one.id}/preview-users`, key).expect(200);
    const answer = await post(`/segments/${other.id}/preview-users`, key);
    expect(refusalFault(answer, { status: 422, type: 'idempotency-key-reused' })).toBeUndefined();
  });

  it('is shared by no two callers, and by no two routes', async () => {
    const key = newKey();
    const mine = await post('/segments', key, segment('Everybody has one')).expect(201);
    const theirs = await post('/segments', key, segment('Everybody has one'), app, OTHER_ADMIN).expect(201);
    const campaign = { name: 'Everybody has one', message: 'Hello', segment_ids: [mine.body.id] };
    const elsewhere = await post('/campaigns', key, campaign).expect(201);

    expect([mine, theirs, elsewhere].map(isReplayed)).toEqual([false, false, false]);
    expect(await segmentsNamed('Everybody has one')).toBe(2);
  });

  it('that is none is refused by name, and nothing is done', async () => {
    const answer = await post('/segments', 'too short', segment('Never'));
    expect(refusalFault(answer, { status: 400, type: 'bad-request', pointer: '/Idempotency-Key' })).toBeUndefined();
    expect(await segmentsNamed('Never')).toBe(0);
  });

  it('is looked at for nobody without a token', async () => {
    const answer = await app.as().post('/segments').set('Idempotency-Key', 'x').send(segment('Never'));
    expect(refusalFault(answer, { status: 401, type: 'unauthenticated' })).toBeUndefined();
  });

  it('keeps no refusal: the request may be mended, or be right later', async () => {
    const asleep = await app.make.segment();
    await app.api.delete(`/segments/${asleep.id}`).expect(204);
    const key = newKey();
    await post('/segments', key, { name: 'Mended', filters: { last_day: 3 } }).expect(400);
    const mended = { name: 'Mended', filters: { segment_id: asleep.id } };
    await post('/segments', key, mended).expect(409);
    expect(await keysKept(key)).toBe(0);

    await app.api.patch(`/segments/${asleep.id}`).set('If-Match', '*').send({ is_active: true }).expect(200);
    await post('/segments', key, mended).expect(201);
    expect(await segmentsNamed('Mended')).toBe(1);
  });

  it('is kept for a day at least, and removed after two', async () => {
    const keep = (key: string, hours: number, count: number) =>
      app.db.query(
        `INSERT INTO idempotency_keys (principal, method, route, key, fingerprint, effect, created_at)
         SELECT 'token:00000000', 'POST', '/segments', $1 || n, '', 'null', now() - make_interval(hours => $2)
         FROM generate_series(1, $3::int) n`,
        [key, hours, count],
      );
    await keep('of before, number ', 49, 1200);
    await keep('of yesterday, number ', 47, 1);

    await app.nest.get(IdempotencyKeys).removeOld(new AbortController().signal);

    const left = await app.db.query(`SELECT key FROM idempotency_keys WHERE principal = 'token:00000000'`);
    expect(left).toEqual([{ key: 'of yesterday, number 1' }]);
  });

  it('is removed by whoever starts as a dispatcher', async () => {
    await app.db.query(
      `INSERT INTO idempotency_keys (principal, method, route, key, fingerprint, effect, created_at)
       VALUES ('token:00000000', 'POST', '/segments', 'of last week', '', 'null', now() - interval '7 days')`,
    );
    const dispatcher = await startApp({ DATABASE_URL: app.db.url, ROLES: ['dispatcher'] });
    await eventually(async () => expect(await keysKept('of last week')).toBe(0));
    await dispatcher.close();
  });
});

describe('when the connection breaks', () => {
  let network: TcpProxy;
  let broken: TestApp;
  beforeAll(async () => {
    network = await startTcpProxy(process.env.TEMPLATE_URL!);
    broken = await startApp((url) => ({ DATABASE_URL: network.through(url), ROLES: ['api'] }));
  });
  afterAll(async () => {
    await broken.close();
    await network.close();
  });
  const repeat = (key: string, name: string) => eventually(() => post('/segments', key, segment(name), broken).expect(201));

  it('has had its effect once where the COMMIT was not heard of', async () => {
    for (let round = 1; round <= 10; round++) {
      const [key, name] = [newKey(), `Unheard ${round}`];
      const cut = network.cutAfter('COMMIT\0');
      const lost = await post('/segments', key, segment(name), broken);
      await cut;

      expect(refusalFault(lost, { status: 503, type: 'database-unavailable' })).toBeUndefined();
      expect(isReplayed(await repeat(key, name))).toBe(true);
      expect(await segmentsNamed(name, broken)).toBe(1);
    }
  });

  it.each(['pg_try_advisory_xact_lock', 'INSERT INTO "segments"', 'INSERT INTO idempotency_keys'])(
    'has had none where it broke at %s',
    async (statement) => {
      const [key, name] = [newKey(), `Broken at ${statement}`];
      const cut = network.cutAfter(statement);
      await post('/segments', key, segment(name), broken).expect(503);
      await cut;

      expect([await segmentsNamed(name, broken), await keysKept(key, broken)]).toEqual([0, 0]);
      expect(isReplayed(await repeat(key, name))).toBe(false);
      expect(await segmentsNamed(name, broken)).toBe(1);
    },
  );
});

describe('every POST of the service', () => {
  it('either has its effect @Once(), or is @WithoutEffect()', () => {
    const routes = [...app.nest.get(ModulesContainer).values()].flatMap((module) =>
      [...module.controllers.values()].flatMap(({ metatype }) => {
        const prototype = (metatype as { prototype: Record<string, object> }).prototype;
        return Object.getOwnPropertyNames(prototype)
          .filter((name) => Reflect.getMetadata('method', prototype[name]) === RequestMethod.POST)
          .map((name) => ({
            name: `${metatype!.name}.${name}`,
            once: takesOnce(metatype!, name),
            withoutEffect: (Reflect.getMetadata('__interceptors__', prototype[name]) ?? []).includes(KeepsAnswer),
          }));
      }),
    );
    expect(routes.length).toBeGreaterThan(10);
    expect(routes.filter(({ once, withoutEffect }) => once === withoutEffect)).toEqual([]);
  });

  const takesOnce = (controller: object, method: string) => {
    const parameters: Record<string, { pipes: unknown[] }> = Reflect.getMetadata('__routeArguments__', controller, method);
    return Object.values(parameters ?? {}).some(({ pipes }) => pipes.includes(OncePipe));
  };
});
