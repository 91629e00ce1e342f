import { filterList } from '../src/segments/filters';
import { startApp, type TestApp } from './support/app';
import { refusalFault } from './support/refusal';

/** Of a value, as offered. */
interface Offered {
  value: unknown;
  customers: number | null;
  purchases: number | null;
}

let app: TestApp;
beforeEach(async () => void (app = await startApp()));
afterEach(() => app.close());

const ask = (key: string, query: object = {}) => app.api.get(`/segments/filters/${key}/values`).query(query);
const offered = async (key: string, query: object = {}): Promise<Offered[]> => (await ask(key, query).expect(200)).body;
const valuesOf = (found: Offered[]) => found.map(({ value }) => value);
/** So many customers with these preferences. */
const sharing = (count: number, preferences: object | null, facts: object = {}) =>
  Promise.all(Array.from({ length: count }, () => app.make.customer({ preferences, ...facts })));

it('lists every filter in order, with what a form needs', async () => {
  const { body, headers } = await app.api.get('/segments/filters').expect(200);

  expect(headers['x-total-count']).toBe(String(filterList.length));
  expect(body.map(({ key }: { key: string }) => key)).toEqual(filterList.map(({ key }) => key));
  expect(body[0]).toEqual({
    key: 'last_days',
    asks: 'scope',
    description: expect.stringContaining('N × 24 hours'),
    example: 90,
    schema: { type: 'integer', minimum: 1, maximum: 3650 },
    has_values: false,
  });
  expect(body.filter((one: { has_values: boolean }) => one.has_values).map(({ key }: { key: string }) => key)).toEqual([
    'stores_in',
    'ticket_types_in',
    'preferences_contains',
    'inferred_preferences_contain',
    'roles_in',
  ]);
});

describe('values to choose from', () => {
  it('are the stores and ticket types of purchases, the most frequent first', async () => {
    const shop = (store_name: string, ticket_type: string | null) => ({ store_name, ticket_type });
    await app.make.customer({}, shop('Old Town', 'online'), shop('Old Town', 'paper'), shop('Mercat', 'paper'));
    await app.make.customer({}, shop('Old Town', 'paper'), shop('Ñandú 🛒', null), shop('Mercat', ''), shop('', null));

    expect(await offered('stores_in')).toEqual([
      { value: 'Old Town', customers: null, purchases: 3 },
      { value: 'Mercat', customers: null, purchases: 2 },
      { value: 'Ñandú 🛒', customers: null, purchases: 1 },
    ]);
    expect(valuesOf(await offered('ticket_types_in'))).toEqual(['paper', 'online']);
  });

  it('are the roles of active customers', async () => {
    await sharing(2, {}, { role: 'user' });
    await sharing(1, {}, { role: 'vendor' });
    await sharing(4, {}, { role: 'vendor', is_active: false });
    await sharing(1, {}, { role: null });

    expect(await offered('roles_in')).toEqual([
      { value: 'user', customers: 2, purchases: null },
      { value: 'vendor', customers: 1, purchases: null },
    ]);
  });

  it('are the fragments of preferences that at least five active customers share, in lists and one level down too', async () => {
    await sharing(4, { diet: 'vegan', likes: ['tea', 'tea'], phone: '+34 600 000 001' });
    await sharing(1, { diet: 'vegan', likes: ['milk', 'tea', { deep: 1 }], phone: '+34 600 000 002' }, { is_active: null });
    await sharing(3, { diet: 'vegan' }, { is_active: false });
    await sharing(6, { home: { city: 'Reus', tags: ['big', 1.5], far: { away: 'x' } }, organic: true, note: null, '': '' });
    await sharing(5, { long: 'x'.repeat(101), household: 3, big: 1e15 });
    for (const odd of [null, [], ['tea'], 'tea', 7]) await sharing(5, odd as object | null);

    const found = await offered('preferences_contains');

    expect(found).toHaveLength(8);
    expect(found.map(({ value, customers }) => [JSON.stringify(value), customers]).sort()).toEqual(
      [
        ['{"diet":"vegan"}', 5],
        ['{"likes":["tea"]}', 5],
        ['{"home":{"city":"Reus"}}', 6],
        ['{"home":{"tags":["big"]}}', 6],
        ['{"home":{"tags":[1.5]}}', 6],
        ['{"organic":true}', 6],
        ['{"":""}', 6],
        ['{"household":3}', 5],
      ].sort(),
    );
    expect(found.map(({ customers }) => customers)).toEqual([6, 6, 6, 6, 6, 5, 5, 5]);
  });

  it('can each be put into the filter, which reaches as many customers as were said', async () => {
    await sharing(
      5,
      { diet: 'vegan', likes: ['tea', 'milk'], home: { tags: ['big'] }, "it's": 'a "quote"' },
      { role: 'vendor' },
    );
    await sharing(6, { diet: 'none', home: { city: 'Reus' } }, { role: 'user' });
    await app.make.customer({}, { store_name: "D'Or; --", ticket_type: 'online' });
    await sharing(20, {}, { role: 'inferred' });
    await app.db.query(
      `INSERT INTO inferred_preferences SELECT id, '{"likes": ["tea"]}', '[]', 'a model', now() FROM users WHERE role = 'inferred'`,
    );

    for (const { key, value, values } of filterList.filter((filter) => filter.values)) {
      const isList = value.schema.type === 'array';
      const found = await offered(key);
      expect([key, values !== undefined, found.length > 0]).toEqual([key, true, true]);
      for (const { value: one, customers } of found) {
        const filters = { [key]: isList ? [one] : one };
        const { total } = (await app.api.post('/segments/preview').send({ filters }).expect(200)).body;
        expect([filters, total]).toEqual([filters, customers ?? 1]);
      }
    }
  });

  it('are found by what they contain, in any letter case; how many there are in all is said', async () => {
    for (const store_name of ['Mercat de Sants', 'Mercat del Ninot', 'Old Town'])
      await app.make.customer({}, { store_name });
    await sharing(5, { diet: 'Vegan', likes: ['vegan cheese'] });

    const first = await ask('stores_in', { search: 'MERCAT', limit: 1 }).expect(200);

    expect(valuesOf(first.body)).toEqual(['Mercat de Sants']);
    expect(first.headers['x-total-count']).toBe('2');
    expect(first.headers['x-data-source']).toBe('database');
    expect(Math.abs(Date.parse(first.headers['x-data-as-of']) - Date.now())).toBeLessThan(60_000);
    expect(valuesOf(await offered('stores_in', { search: '%' }))).toEqual([]);
    expect(await offered('stores_in', { search: '' })).toHaveLength(3);
    expect(valuesOf(await offered('preferences_contains', { search: 'diet vegan' }))).toEqual([{ diet: 'Vegan' }]);
    expect(await offered('preferences_contains', { search: 'vegan' })).toHaveLength(2);
  });

  it('are none of a filter that has none to offer, and of no filter a 404', async () => {
    expect(await offered('last_days')).toEqual([]);
    for (const key of ['last_day', 'toString', '__proto__', 'stores_in%20', "'%20OR%20''='"])
      expect([key, refusalFault(await ask(key), { status: 404, type: 'filter-not-found' })]).toEqual([key, undefined]);
  });

  it('of a column that is not there are refused by name, and others go on', async () => {
    await app.make.customer({}, {});
    await app.db.query('ALTER TABLE purchase_history DROP COLUMN ticket_type');

    const refused = await ask('ticket_types_in');

    expect(refusalFault(refused, { status: 409, type: 'filter-not-available' })).toBeUndefined();
    expect(refused.body.detail).toContain('ticket_types_in asks about purchase_history.ticket_type');
    expect(valuesOf(await offered('stores_in'))).toEqual(['Old Town']);
  });

  it('are kept: many who type at once have the tables read once', async () => {
    await app.make.customer({}, { store_name: 'Old Town' });
    await Promise.all(Array.from({ length: 10 }, () => offered('stores_in', { search: 'o' })));
    await app.make.customer({}, { store_name: 'New Town' });

    expect(valuesOf(await offered('stores_in'))).toEqual(['Old Town']);
  });
});
