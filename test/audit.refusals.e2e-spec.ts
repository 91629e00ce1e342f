import { RequestMethod } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Access } from '../src/auth/access';
import { auditedAction } from '../src/audit/audited';
import { OncePipe } from '../src/idempotency/once';
import { KeepsAnswer } from '../src/idempotency/without-effect';
import { ADMIN_TOKEN, startApp, type TestApp, WORKER_TOKEN } from './support/app';
import { added, entriesOf } from './support/audit';
import { answerJson, startStubServer } from './support/stub-server';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());

describe('a refusal', () => {
  it('is kept where the caller is known, with what was wanted', async () => {
    const segment = await app.make.segment({});
    const worker = app.as(WORKER_TOKEN);
    const entries = await added(app, async () => {
      await worker.patch(`/segments/${segment.id}`).set('If-Match', '*').send({ name: 'Mine' }).expect(403);
      await worker.get('/segments').expect(403);
      await worker.get('/notifications').expect(200);
      await app.as('a-token-that-nobody-has').post('/segments').send({ name: 'Mine', filters: {} }).expect(401);
      await app.as().delete(`/segments/${segment.id}`).expect(401);
    });

    const { name } = (await worker.get('/me').expect(200)).body;
    const refused = { actor: name, outcome: 'refused', before_hash: null, after_hash: null };
    const route = 'PATCH /segments/{segment_id}';
    expect(entries).toMatchObject([
      { ...refused, action: 'segment.updated', target_type: 'segment', target_id: segment.id, detail: { route } },
      { ...refused, action: 'GET /segments', target_type: null, target_id: null },
    ]);
  });

  it('is kept of one whom the auth service knows, and who is no admin', async () => {
    const stub = await startStubServer((_request, response) => answerJson(response, 200, { id: 'user-17', role: 'user' }));
    const guarded = await startApp({ ADMIN_TOKENS: [ADMIN_TOKEN], AUTH_SERVICE_URL: stub.url });
    await guarded.as('a-token-of-the-auth-service').post('/segments').send({ name: 'Mine', filters: {} }).expect(403);
    const entries = await entriesOf(guarded);
    await guarded.close();
    await stub.close();

    expect(entries).toMatchObject([
      { actor: 'auth-service:user-17', via: 'auth-service', action: 'segment.created', outcome: 'refused' },
    ]);
  });

  it('is kept ten times a minute of each caller, and answered every time', async () => {
    const flooded = await startApp({ WORKER_TOKENS: [WORKER_TOKEN, 'the-token-of-another-worker'] });
    const flood = (token: string, times: number) =>
      Promise.all(Array.from({ length: times }, () => flooded.as(token).post('/segments').expect(403)));
    await flood(WORKER_TOKEN, 50);
    expect(await entriesOf(flooded)).toHaveLength(10);
    await flood('the-token-of-another-worker', 3);
    expect(await entriesOf(flooded)).toHaveLength(13);
    await flooded.close();
  });

  it('is one although it cannot be kept', async () => {
    const broken = await startApp();
    await broken.db.query('DROP TABLE audit_entries CASCADE');
    await broken.as(WORKER_TOKEN).post('/segments').expect(403);
    await broken.close();
  });
});

describe('the address of a caller', () => {
  const through = (to: TestApp) =>
    to.api
      .post('/segments')
      .set('X-Forwarded-For', '198.51.100.1, 203.0.113.7')
      .send({ name: 'From', filters: {} })
      .expect(201);

  it('is that of the socket, whatever a header says', async () => {
    const [entry] = await added(app, () => through(app));
    expect(entry.ip).toBe('127.0.0.1');
  });

  it('is the one that a trusted proxy names, and no other in its list', async () => {
    const proxied = await startApp({ TRUSTED_PROXIES: ['127.0.0.0/8'] });
    await through(proxied);
    const [entry] = await entriesOf(proxied);
    await proxied.close();
    expect(entry.ip).toBe('203.0.113.7');
  });
});

describe('every route of the service', () => {
  const routes = () =>
    [...app.nest.get(ModulesContainer).values()].flatMap((module) =>
      [...module.controllers.values()].flatMap(({ metatype }) => {
        const controller = metatype as { name: string; prototype: Record<string, object> };
        return Object.getOwnPropertyNames(controller.prototype)
          .filter((name) => Reflect.getMetadata('method', controller.prototype[name]) !== undefined)
          .map((name) => ({ controller, name, handler: controller.prototype[name] }));
      }),
    );
  const READING = [RequestMethod.GET, RequestMethod.ALL]; // ALL is the fallback, which refuses
  const interceptors = (handler: object) => (Reflect.getMetadata('__interceptors__', handler) ?? []) as unknown[];

  it('by which an admin changes something is @Audited() and takes @Once(), or is @WithoutEffect()', () => {
    const changing = routes().filter(({ controller, handler }) => {
      const access = Reflect.getMetadata(Access.KEY, handler) ?? Reflect.getMetadata(Access.KEY, controller);
      return access === undefined && !READING.includes(Reflect.getMetadata('method', handler) as RequestMethod);
    });
    const isTraced = ({ controller, name, handler }: (typeof changing)[number]) => {
      const parameters = (Reflect.getMetadata('__routeArguments__', controller, name) ?? {}) as Record<
        string,
        { pipes: unknown[] }
      >;
      const takesOnce = Object.values(parameters).some(({ pipes }) => pipes.includes(OncePipe));
      const isAudited = auditedAction(handler) !== undefined;
      return interceptors(handler).includes(KeepsAnswer) ? !isAudited : isAudited && takesOnce;
    };
    expect(changing.length).toBeGreaterThan(20);
    expect(changing.filter((route) => !isTraced(route)).map(({ controller, name }) => `${controller.name}.${name}`)).toEqual(
      [],
    );
  });

  it('is audited only where it changes something, and as something of its own', () => {
    const audited = routes().filter(({ handler }) => auditedAction(handler) !== undefined);
    const reading = audited.filter(({ handler }) =>
      READING.includes(Reflect.getMetadata('method', handler) as RequestMethod),
    );
    expect(reading).toEqual([]);
    const names = audited.map(({ handler }) => auditedAction(handler));
    expect(names).toEqual([...new Set(names)]);
  });
});
