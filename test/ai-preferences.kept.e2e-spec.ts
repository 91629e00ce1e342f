import { randomUUID } from 'node:crypto';
import { modelLimits } from '../src/ai/bounded.language-model';
import { startApp, type TestApp, WORKER_TOKEN } from './support/app';
import type { FakeModel } from './support/fake-model';
import type { PurchaseFacts } from './support/make';
import { startServer, wires } from './support/remote-models';

const answer = (...preferences: object[]) => JSON.stringify({ preferences });
const tea = { key: 'likes', value: 'tea', purchases: [1, 2] };
const bought = (name: string, days_ago: number, facts: PurchaseFacts = {}): PurchaseFacts => ({
  products: [{ name, price: 2 }],
  days_ago,
  ...facts,
});

describe.each(wires)('/ai/preferences, with %s', (_, wire) => {
  let server: FakeModel<Record<string, unknown>>;
  let app: TestApp;
  beforeAll(async () => {
    jest.replaceProperty(modelLimits, 'failures', 1000);
    server = await startServer(wire);
    app = await startApp({ ...wire.settings(server.url), LLM_TIMEOUT_SECONDS: 2 });
  });
  beforeEach(() => {
    server.requests.length = 0;
    server.says(answer(tea));
  });
  afterAll(async () => {
    await app.close();
    await server.close();
  });

  const at = (id: string) => `/ai/preferences/${id}`;
  const infer = (id: string) => app.api.post(at(id));
  const stored = () => app.db.query('SELECT * FROM inferred_preferences');

  it('is not asked of nobody, of nothing, of an id that is none, or by anybody else', async () => {
    const { id } = await app.make.customer();
    const nothing = await app.make.customer({}, { store_name: '', products: [] });
    await infer(randomUUID()).expect(404);
    expect((await infer(id).expect(422)).body.type).toMatch(/:nothing-to-infer-from$/);
    expect((await infer(nothing.id).expect(422)).body.type).toMatch(/:nothing-to-infer-from$/);
    await infer('x').expect(400);
    await app.as(WORKER_TOKEN).post(at(id)).expect(403);
    await app.as().get(at(id)).expect(401);

    expect(server.requests).toHaveLength(0);
  });

  it.each([
    ['unsubscribed', 409],
    ['complained', 409],
    ['requested', 409],
    ['bounced', 200],
    ['other', 200],
  ])('a customer who is suppressed as %s: %i', async (reason, status) => {
    const { id } = await app.make.customer({}, bought('tea', 1), bought('tea', 2));
    await app.api.post('/suppressions').send({ user_id: id, channel: 'sms', reason }).expect(201);

    await infer(id).expect(status);
    expect(server.requests).toHaveLength(status === 200 ? 1 : 0);
  });

  it('goes with an erasure, also where it is being inferred at that moment', async () => {
    const { id } = await app.make.customer({}, bought('tea', 1), bought('tea', 2));
    await infer(id).expect(200);
    server.misbehaves(async (_req, res) => {
      await app.api.post(`/customers/${id}/erase`).expect(200);
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(wire.whole(answer(tea))));
    });

    const { body } = await infer(id).expect(409);

    expect(body.detail).toContain('nothing is inferred');
    await app.api.get(at(id)).expect(404);
    expect((await infer(id).expect(409)).body.detail).toContain('erased');
  });

  it('is removed, once, and that is on record', async () => {
    const { id } = await app.make.customer({}, bought('tea', 1), bought('tea', 2));
    await infer(id).expect(200);

    await app.api.delete(at(id)).expect(204);

    await app.api.get(at(id)).expect(404);
    expect((await app.api.delete(at(id)).expect(404)).body.type).toMatch(/:inferred-preferences-not-found$/);
    const [entry] = (await app.api.get('/audit').query({ target_id: id }).expect(200)).body;
    expect(entry).toMatchObject({ action: 'customer.preferences_removed', outcome: 'done' });
  });

  it('has its effect once with an Idempotency-Key, and keeps nothing of the answer beside it', async () => {
    const { id } = await app.make.customer({}, bought('tea', 1), bought('tea', 2));
    const keyed = () => infer(id).set('Idempotency-Key', `a key of a test ${id}`).expect(200);
    const first = await keyed();
    server.says(answer({ ...tea, value: 'milk' }));

    const again = await keyed();

    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotency-replayed']).toBe('true');
    const [key] = await app.db.query('SELECT body FROM idempotency_keys WHERE key LIKE $1', [`%${id}%`]);
    expect(key).toEqual({ body: null });
  });

  it('is asked by a filter', async () => {
    await app.db.query('TRUNCATE inferred_preferences');
    const ana = await app.make.customer({}, bought('tea', 1), bought('tea', 2));
    const bea = await app.make.customer({}, bought('tea', 1), bought('tea', 2));
    await app.make.customer();
    await infer(ana.id).expect(200);
    server.says(answer());
    await infer(bea.id).expect(200);
    const who = async (filters: object) => {
      const segment = await app.make.segment(filters);
      return (await app.api.post(`/segments/${segment.id}/preview-users`).expect(200)).body as string[];
    };

    expect(await who({ inferred_preferences_contain: { likes: ['tea'] } })).toEqual([ana.id]);
    expect(await who({ inferred_preferences_contain: { likes: 'tea' } })).toEqual([ana.id]);
    expect(await who({ inferred_preferences_contain: { likes: ['tea', 'milk'] } })).toEqual([]);
    expect(await who({ inferred_preferences_contain: {} })).toEqual([ana.id, bea.id].sort());
    expect(await who({ any: [{ inferred_preferences_contain: { likes: ['tea'] } }, { user_ids_in: [bea.id] }] })).toEqual(
      [ana.id, bea.id].sort(),
    );
    expect(await stored()).toHaveLength(2);
  });

  it('offers values that twenty customers share', async () => {
    const customers = await app.make.customers(20);
    const rows = customers.map(({ id }, i) => ({ user_id: id, preferences: { likes: i < 19 ? ['tea', 'milk'] : ['tea'] } }));
    await app.db.query(
      `INSERT INTO inferred_preferences SELECT user_id, preferences, '[]', 'a model', now() FROM jsonb_to_recordset($1) AS r(user_id uuid, preferences jsonb)`,
      [JSON.stringify(rows)],
    );

    const { body } = await app.api.get('/segments/filters/inferred_preferences_contain/values').expect(200);

    expect(body.map(({ value }: { value: unknown }) => value)).toEqual([{ likes: ['tea'] }]);
  });
});
