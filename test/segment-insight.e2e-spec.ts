import type { Rule } from '../src/segments/rules/rule';
import { startApp, type TestApp } from './support/app';
import { contents } from './support/contents';
import type { Made } from './support/make';
import { refusalFault } from './support/refusal';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());

interface Part {
  pointer: string;
  type: string;
  total: number;
}
const look = async (filters: Rule, query: object = {}) =>
  (await app.api.post('/segments/preview').query(query).send({ filters }).expect(200)).body;
const at = (rule: unknown, pointer: string): Rule =>
  pointer.split('/').slice(1).reduce((node, key) => (node as Record<string, unknown>)[key], rule) as Rule; // prettier-ignore
const nextOf = (headers: Record<string, string>) => /<([^>]+)>; rel="next"/.exec(headers.link ?? '')?.[1];

it('looks at nobody, and at no segment, without a fault', async () => {
  expect(await look({ not: { last_days: 3 } })).toMatchObject({ total: 0, share: 0, active_customers: 0, sample: [] });
  const none = await app.api.get('/segments').query({ counts: true }).expect(200);
  expect(none.body).toEqual([]);
});

describe('a rule that is not saved', () => {
  it('is counted with each of its parts, which count what they would alone, and nothing is saved', async () => {
    const { make } = app;
    for (let i = 0; i < 12; i++)
      await make.customer(
        { preferences: i % 2 ? { diet: 'vegan' } : null, is_active: [true, null, false][i % 3] },
        ...(i % 4 ? [{ total_amount: 10 * i, days_ago: i, store_name: i % 5 ? 'Mercat' : 'Old Town' }] : []),
      );
    const before = await contents(app.db);
    const filters: Rule = {
      any: [
        { all: [{ preferences_contains: { diet: 'vegan' } }, { not: { stores_in: ['Mercat'], min_total_spent: 50 } }] },
        { last_days: 3 },
        { not: { any: [{}, { max_num_purchases: 0 }] } },
        { not: { min_num_purchases: 1 } },
      ],
    };

    const { parts, total, share, active_customers, as_of, source } = await look(filters);

    expect(active_customers).toBe(8);
    expect(share).toBe(total / 8);
    expect(source).toBe('database');
    expect(Math.abs(Date.parse(as_of) - Date.now())).toBeLessThan(60_000);
    expect(parts[0]).toEqual({ pointer: '', type: 'any', total });
    expect(parts.map((part: Part) => part.pointer)).toContain('/any/0/all/1/not');
    for (const { pointer, total } of parts as Part[])
      expect([pointer, total]).toEqual([pointer, (await look(at(filters, pointer), { as_of })).total]);
    expect(await contents(app.db)).toEqual(before);
    expect(await app.db.query('SELECT 1 FROM segment_sizes')).toEqual([]);
  });

  it('shows some customers with what the rule looks at', async () => {
    const { make } = app;
    const id = '00000000-0000-4000-8000-000000000001';
    await make.customer(
      { id, email: 'ana@mercat.example', preferences: { sample: 1 } },
      { store_name: 'Mercat', total_amount: 10.1, purchase_date: '2024-03-01T10:00:00Z' },
      { store_name: 'Mercat', total_amount: -0.2, purchase_date: '2024-03-02T10:00:00Z' },
      { store_name: 'Old Town', total_amount: 99, purchase_date: '2024-03-03T10:00:00Z' },
      { store_name: 'Mercat', total_amount: 7, purchase_date: '2024-05-01T10:00:00Z' },
    );
    const filters: Rule = {
      all: [{ preferences_contains: { sample: 1 } }, { not: { last_days: 1 } }, { stores_in: ['Mercat'] }],
    };
    const ana = {
      user_id: id,
      email: 'a***@mercat.example',
      purchases: 2,
      spent: 9.9,
      last_purchase_at: '2024-03-03T10:00:00.000Z',
    };

    const april = { as_of: '2024-04-01T00:00:00Z' };
    expect(await look(filters, april)).toMatchObject({
      total: 1,
      as_of: '2024-04-01T00:00:00.000000Z',
      sample: [ana],
    });
    expect((await look(filters, { ...april, reveal: 'email' })).sample).toEqual([{ ...ana, email: 'ana@mercat.example' }]);
    expect((await look(filters, { ...april, sample: 0 })).sample).toEqual([]);
    expect((await look(filters, { as_of: '1970-01-01T00:00:00Z' })).total).toBe(0);
    const asksNoPurchase = await look({ preferences_contains: { sample: 1 } });
    expect(asksNoPurchase.sample).toMatchObject([{ purchases: 4, spent: 115.9 }]); // then all count
    expect((await look({ preferences_contains: { sample: 1 } }, { as_of: '1970-01-01T00:00:00Z' })).sample).toMatchObject([
      { purchases: 0, spent: 0, last_purchase_at: null },
    ]);
  });

  it.each([
    ['a', 'a***'],
    ['nobody', 'n***'],
    ['@x', '@***'],
    ['"b@d"@example.com', '"***@example.com'],
    ['é@ünï.example', 'é***@ünï.example'],
    ['😀😀@example.com', '😀***@example.com'],
    ['\nx@example.com', '\n***@example.com'],
  ])('masks the address %j as %j', async (email, masked) => {
    const { id } = await app.make.customer({ email });
    expect((await look({ user_ids_in: [id] })).sample).toMatchObject([{ email: masked }]);
    await app.db.query('DELETE FROM users WHERE id = $1', [id]);
  });

  it('is asked of PostgreSQL where the caller wants that, and of an index only where there is one', async () => {
    expect((await look({}, { source: 'database' })).source).toBe('database');
    for (const path of ['/segments/preview?source=index', '/segments/preview?source=index&sample=0']) {
      const answer = await app.api.post(path).send({ filters: {} });
      expect(refusalFault(answer, { status: 503, type: 'index-not-available' })).toBeUndefined();
    }
    const answer = await app.api.post('/segments/preview').query({ source: 'memory' }).send({ filters: {} });
    expect(refusalFault(answer, { status: 400, pointer: '/source' })).toBeUndefined();
  });
});

describe('a saved segment', () => {
  it('keeps its size whenever it is counted now, one a minute', async () => {
    const segment = await app.make.segment({ last_days: 30 });
    const count = (query: object = {}) => app.api.get(`/segments/${segment.id}/count`).query(query).expect(200);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => count(i % 2 ? { source: 'database' } : {})));
    await count({ as_of: '2024-01-01T00:00:00Z' });

    const kept = await app.db.query<{ total: number; minutes: number; sizes: number }>(
      `SELECT min(total)::int AS total, count(DISTINCT date_trunc('minute', as_of))::int AS minutes, count(*)::int AS sizes
       FROM segment_sizes WHERE segment_id = $1 AND as_of > now() - interval '1 hour'`,
      [segment.id],
    );
    expect(kept[0].sizes).toBe(kept[0].minutes);
    expect(kept[0].total).toBe(answers[0].body.total);
    expect(answers[0].headers['x-data-source']).toBe('database');
    expect(answers[0].headers['x-data-as-of']).toBe(answers[0].body.as_of);
  });

  it('says up to when it knows of purchases, whatever instant its rule is read at', async () => {
    const segment = await app.make.segment({ last_days: 30 });
    const { body, headers } = await app.api
      .get(`/segments/${segment.id}/count`)
      .query({ as_of: '2024-01-01T00:00:00Z' })
      .expect(200);
    expect(body.as_of).toBe('2024-01-01T00:00:00.000000Z');
    expect(Math.abs(Date.parse(headers['x-data-as-of']) - Date.now())).toBeLessThan(60_000);
  });

  it('is counted in the list with all others, in one pass', async () => {
    const many = await Promise.all(
      Array.from({ length: 40 }, (_, i) => app.make.segment({ last_days: i + 1, min_total_spent: i })),
    );
    const { body, headers } = await app.api.get('/segments').query({ counts: true, limit: 41 }).expect(200);
    expect(headers['x-data-source']).toBe('database');
    const totals = new Map((body as Made[]).map(({ id, total }) => [id, total]));
    for (const { id } of many.slice(0, 5))
      expect([id, totals.get(id)]).toEqual([id, (await app.api.get(`/segments/${id}/count`)).body.total]);
    expect((await app.api.get('/segments')).body[0]).not.toHaveProperty('total');
  });

  it('is counted in the list however many there are', async () => {
    const rule = (i: number) => ({ any: Array.from({ length: 4 }, (_, j) => ({ last_days: i + 1, min_num_purchases: j })) });
    await app.db.query(
      `INSERT INTO segments (name, description, filters) SELECT 'Many', '', f FROM jsonb_array_elements($1) f`,
      [JSON.stringify(Array.from({ length: 500 }, (_, i) => rule(i)))],
    );
    const { body } = await app.api.get('/segments').query({ counts: true, limit: 500 }).expect(200);
    expect(new Set((body as Made[]).map(({ total }) => total))).toEqual(new Set([8 + 1])); // min_num_purchases 0 holds for all
    await app.db.query("DELETE FROM segment_sizes; DELETE FROM segments WHERE name = 'Many'");
  });

  it('gives its customers page by page, with their figures', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++)
      ids.push((await app.make.customer({}, { store_name: 'Pages', total_amount: i }, { store_name: 'Pages' })).id);
    ids.sort();
    const { id } = await app.make.segment({ stores_in: ['Pages'] });

    const first = await app.api.get(`/segments/${id}/users`).query({ limit: 3 }).expect(200);
    const second = await app.api.get(nextOf(first.headers)!).expect(200);

    expect([...first.body, ...second.body].map(({ user_id }) => user_id)).toEqual(ids);
    expect(first.headers['x-total-count']).toBe('5');
    expect(first.body[0]).toMatchObject({ purchases: 2, email: expect.stringMatching(/^c\*\*\*@/) });
    expect(second.headers.link).toBeUndefined();
    const untold = await app.api.get(`/segments/${id}/users`).query({ total: false, reveal: 'email' }).expect(200);
    expect(untold.headers).not.toHaveProperty('x-total-count');
    expect(untold.body[0].email).toContain('customer-');
    expect((await app.api.get(`/segments/${id}/users`).query({ as_of: '2020-01-01T00:00:00Z' })).body).toEqual([]);
    const other = await app.api.get(`${nextOf(first.headers)}&as_of=2026-01-01T00:00:00Z`);
    expect(refusalFault(other, { status: 400, type: 'bad-cursor' })).toBeUndefined();
  });

  it('adds up amounts of double precision exactly, and says of what is no number that it is none', async () => {
    await app.db.query(`ALTER TABLE purchase_history DROP CONSTRAINT total_amount_is_a_number,
                        DROP CONSTRAINT purchase_date_is_an_instant, ALTER total_amount TYPE double precision`);
    const dimes = await app.make.customer(
      {},
      ...Array.from({ length: 10 }, () => ({ store_name: 'Cents', total_amount: 0.1 })),
    );
    const odd = await app.make.customer(
      {},
      { store_name: 'Odd', total_amount: 'NaN' },
      { store_name: 'Odd', total_amount: 'Infinity', purchase_date: '-infinity' },
    );
    const older = await app.make.customer({}, { store_name: 'Odd', purchase_date: '-infinity' });
    const [exact, odds] = [await app.make.segment({ stores_in: ['Cents'], min_total_spent: 1 }), await app.make.segment({ stores_in: ['Odd'] })]; // prettier-ignore

    expect((await app.api.get(`/segments/${exact.id}/users`)).body).toMatchObject([{ user_id: dimes.id, spent: 1 }]);
    const users = (await app.api.get(`/segments/${odds.id}/users`).expect(200)).body;
    expect(users.find((u: { user_id: string }) => u.user_id === odd.id)).toMatchObject({ purchases: 2, spent: null });
    expect(users.find((u: { user_id: string }) => u.user_id === older.id)).toMatchObject({ last_purchase_at: null });
    await app.api.get(`/segments/${odds.id}/users.csv`).expect(200);
    await app.api.get(`/segments/${odds.id}/explain/${odd.id}`).expect(200);
    expect((await look({ min_total_spent: 0, stores_in: ['Odd'] })).sample.map((u: { user_id: string }) => u.user_id)).not.toContain(odd.id); // prettier-ignore
  });
});
