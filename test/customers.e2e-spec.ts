import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from './support/app';
import { refusalFault } from './support/refusal';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());
beforeEach(() => app.db.query('TRUNCATE users, purchase_history'));

const get = async (path: string, query: object = {}) => (await app.api.get(path).query(query).expect(200)).body;
/** Every page, by the Link header. */
async function walk(path: string, query: object): Promise<{ id: string }[]> {
  const { body, headers } = await app.api.get(path).query(query).expect(200);
  const next = /<([^>]+)>/.exec(headers.link ?? '')?.[1];
  return next ? [...body, ...(await walk(next, {}))] : body;
}
const DAY_MS = 86_400_000;
const ago = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();

describe('customers', () => {
  it('are listed by id, in pages, their addresses masked unless asked for', async () => {
    await app.make.customers(5);
    const ana = await app.make.customer({ email: 'ana@example.com', role: null, registration_date: '2026-01-02T03:04:05Z' });

    const all = await walk('/customers', { limit: 2 });

    expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).sort());
    expect(all).toHaveLength(6);
    expect(all.find(({ id }) => id === ana.id)).toEqual({
      id: ana.id,
      email: 'a***@example.com',
      is_active: true,
      role: null,
      registration_date: '2026-01-02T03:04:05.000Z',
    });
    const revealed = await app.api.get('/customers').query({ reveal: 'email' }).expect(200);
    expect(revealed.headers['x-total-count']).toBe('6');
    expect(revealed.body.map(({ email }: { email: string }) => email)).toContain('ana@example.com');
  });

  it('are found by a whole id, and by the beginning of an address in whatever case', async () => {
    const [ana, anb, other, odd] = [
      await app.make.customer({ email: 'Ana.Bosch@example.com' }),
      await app.make.customer({ email: 'ana.ribes@example.com' }),
      await app.make.customer({ email: 'joana@example.com' }),
      await app.make.customer({ email: '100%_\\sure@example.com' }),
    ].map(({ id }) => id);
    const found = async (search: string) => (await walk('/customers', { search, limit: 1 })).map(({ id }) => id).sort();

    expect(await found('ANA.')).toEqual([ana, anb].sort());
    expect(await found('ana.b')).toEqual([ana]);
    expect(await found(other.toUpperCase())).toEqual([other]);
    expect(await found('100%_\\s')).toEqual([odd]);
    expect(await found('%')).toEqual([]);
    expect(await found("' OR 1=1 --")).toEqual([]);
    expect(await found(randomUUID())).toEqual([]);
  });

  it('are shown with what they bought until now', async () => {
    const { id } = await app.make.customer(
      { email: 'ana@example.com', preferences: { likes: ['tea'] }, is_active: null },
      { purchase_date: ago(3), total_amount: 10.1 },
      { purchase_date: ago(1), total_amount: 20.25 },
      { purchase_date: ago(-1), total_amount: 500 },
    );

    expect(await get(`/customers/${id.toUpperCase()}`)).toMatchObject({
      id,
      email: 'a***@example.com',
      is_active: true,
      preferences: { likes: ['tea'] },
      purchases: 2,
      spent: 30.35,
      average_spent: 15.18,
    });
    expect((await get(`/customers/${id}`, { reveal: 'email' })).email).toBe('ana@example.com');
    const nobody = await app.make.customer({ preferences: null });
    expect(await get(`/customers/${nobody.id}`)).toMatchObject({
      preferences: null,
      purchases: 0,
      spent: 0,
      average_spent: null,
      first_purchase_at: null,
      last_purchase_at: null,
    });
  });

  it('who are not there are not found, wherever they are asked for', async () => {
    const id = randomUUID();
    for (const path of ['', '/purchases', '/segments', '/export'])
      expect(
        refusalFault(await app.api.get(`/customers/${id}${path}`), { status: 404, type: 'customer-not-found' }),
      ).toBeUndefined();
    expect(
      refusalFault(await app.api.post(`/customers/${id}/erase`), { status: 404, type: 'customer-not-found' }),
    ).toBeUndefined();
    expect(refusalFault(await app.api.get('/customers/ana'), { status: 400, pointer: '/user_id' })).toBeUndefined();
  });

  it('are shown where a column is missing, or of another type', async () => {
    const { id } = await app.make.customer({ email: 'ana@example.com' }, { products: { odd: true } }, { products: null });
    await app.db.query(`
      ALTER TABLE users DROP COLUMN role, DROP COLUMN registration_date;
      ALTER TABLE purchase_history DROP COLUMN ticket_type, DROP COLUMN num_products, ALTER products TYPE json,
        ALTER total_amount TYPE double precision, ALTER purchase_date TYPE timestamp, DROP CONSTRAINT total_amount_is_a_number`);
    await app.db.query(`UPDATE purchase_history SET total_amount = 'NaN'`);

    expect(await get(`/customers/${id}`)).toMatchObject({ role: null, registration_date: null, purchases: 2, spent: null });
    expect(await get('/customers', { search: 'ana' })).toHaveLength(1);
    const purchases = await get(`/customers/${id}/purchases`);
    expect(purchases).toEqual([
      expect.objectContaining({ num_products: null, ticket_type: null, total_amount: null }),
      expect.objectContaining({ num_products: null, ticket_type: null, total_amount: null }),
    ]);
    expect(purchases.map(({ products }: { products: unknown[] }) => products)).toEqual(
      expect.arrayContaining([[{ odd: true }], []]),
    );
    await app.close();
    app = await startApp();
  });
});

describe('the purchases of a customer', () => {
  it('are listed newest first, in pages, also where many have one instant', async () => {
    const { id } = await app.make.customer();
    for (let i = 0; i < 5; i++) await app.make.purchase({ id }, { purchase_date: '2026-01-01T00:00:00.123456Z' });
    await app.make.purchase(
      { id },
      {
        purchase_date: '2026-02-01T00:00:00Z',
        store_name: 'Harbour',
        total_amount: 12.5,
        is_market_store: true,
        products: ['tea'],
        ticket_type: 'online',
      },
    );
    await app.make.customer({}, {});

    const all = await walk(`/customers/${id}/purchases`, { limit: 2 });

    expect(new Set(all.map((one) => one.id)).size).toBe(6);
    expect(all[0]).toEqual({
      id: expect.any(String),
      ticket_id: expect.any(String),
      purchase_date: '2026-02-01T00:00:00.000Z',
      store_name: 'Harbour',
      total_amount: 12.5,
      num_products: 0,
      products: ['tea'],
      ticket_type: 'online',
      is_market_store: true,
    });
    expect((await app.api.get(`/customers/${id}/purchases?limit=1`)).headers['x-total-count']).toBe('6');
  });
});

describe('the segments of a customer', () => {
  const segmentsOf = (id: string) => get(`/customers/${id}/segments`);
  beforeEach(() => app.db.query('TRUNCATE segments CASCADE'));

  it('are the active ones whose rule holds, by name', async () => {
    const ana = await app.make.customer({ preferences: { vip: true } }, { total_amount: 80 }, { days_ago: 40 });
    const idle = await app.make.customer({}, { days_ago: 400 });
    const gone = await app.make.customer({ is_active: false });
    const big = await app.make.segment({ min_total_spent: 50 }, 'b spends');
    await app.make.segment({ last_days: 90, min_num_purchases: 2 }, 'c often');
    await app.make.segment({}, 'a all');
    await app.make.segment({ any: [{ preferences_contains: { vip: true } }, { max_num_purchases: 0 }] }, 'd tree');
    await app.make.segment({ not: { segment_id: big.id } }, 'e not');
    await app.make.segment({ rfm: { window_days: 365, recency: [1, 5] } }, 'f rfm');
    const off = await app.make.segment({}, 'g off');
    await app.api.delete(`/segments/${off.id}`).expect(204);
    const names = async ({ id }: { id: string }) => (await segmentsOf(id)).map(({ name }: { name: string }) => name);

    expect(await names(ana)).toEqual(['a all', 'b spends', 'c often', 'd tree', 'f rfm']);
    expect(await names(idle)).toEqual(['a all', 'e not']);
    expect(await names(gone)).toEqual([]);
  });

  it('say what cannot be read, and answer the others', async () => {
    const { id } = await app.make.customer();
    const inner = await app.make.segment({}, 'inner');
    await app.make.segment({ not: { segment_id: inner.id } }, 'outer');
    const old = await app.make.segment({}, 'old');
    await app.make.segment({ roles_in: ['user'] }, 'roles');
    await app.db.query('UPDATE segments SET is_active = false WHERE id = $1', [inner.id]);
    await app.db.query(`UPDATE segments SET filters = '{"shoe_size": 4}' WHERE id = $1`, [old.id]);
    await app.make.segment({}, 'z all');

    expect(await segmentsOf(id)).toEqual([
      { id: old.id, name: 'old', problem: expect.stringContaining('shoe_size') },
      { id: expect.any(String), name: 'outer', problem: expect.stringContaining('"inner" is not active') },
      { id: expect.any(String), name: 'roles' },
      { id: expect.any(String), name: 'z all' },
    ]);
    await app.db.query('ALTER TABLE users DROP COLUMN role');
    expect((await segmentsOf(id)).slice(2)).toEqual([
      { id: expect.any(String), name: 'roles', problem: expect.stringContaining('users.role') },
      { id: expect.any(String), name: 'z all' },
    ]);
    await app.db.query('ALTER TABLE users ADD role varchar(20)');
  });
});
