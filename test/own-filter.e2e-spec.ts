import request from 'supertest';
import { sql } from '../src/common/sql';
import { apiDocument } from '../src/openapi-document';
import { addFilter, filterSetSchema } from '../src/segments/rules/filter-set.dto';
import type { CustomerFilter } from '../src/segments/filters';
import { wholeNumber } from '../src/segments/filters/value-kind';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app';

/** What somebody else's file holds: their table has a column that ours has not. */
const minLoyaltyTier = {
  key: 'min_loyalty_tier',
  asks: 'customer',
  description: 'The customer has at least this tier of the loyalty programme.',
  edges: ['A customer outside the programme (NULL) has no tier.'],
  example: 2,
  value: wholeNumber(1, 5),
  reads: (tier) => `have at least tier ${tier}`,
  actual: sql`u.loyalty_tier`,
  values: sql`SELECT u.loyalty_tier AS value, count(*) AS customers, NULL AS purchases FROM users u WHERE u.loyalty_tier > 0 GROUP BY 1 ORDER BY 2 DESC`,
  sql: (tier) => sql`u.loyalty_tier >= ${tier}::int`,
} as const satisfies CustomerFilter<number>;

let app: TestApp;
beforeAll(async () => {
  addFilter(minLoyaltyTier);
  app = await startApp();
  await app.db.query('ALTER TABLE users ADD loyalty_tier int');
});
afterAll(() => app.close());

/** Not held against openapi.json, which does not know the filter. */
const post = (path: string, body?: object) => request(app.url).post(path).auth(ADMIN_TOKEN, { type: 'bearer' }).send(body);
const segment = (tier: unknown) => post('/segments', { name: 'Loyal', filters: { last_days: 30, min_loyalty_tier: tier } });

describe('a filter from outside', () => {
  it('is checked as ours are', async () => {
    const refused = await segment(6).expect(400);

    expect(refused.body.errors).toEqual([{ pointer: '/filters/min_loyalty_tier', detail: 'must not be greater than 5' }]);
    expect((await segment(null).expect(400)).body.errors[0].pointer).toBe('/filters/min_loyalty_tier');
  });

  it('stands in the API document and in the schema for the model', () => {
    const documented = { type: 'integer', minimum: 1, maximum: 5, description: minLoyaltyTier.description };
    const { FilterSet } = apiDocument(app.nest).components!.schemas!;

    expect(FilterSet).toMatchObject({ properties: { min_loyalty_tier: { ...documented, example: 2 } } });
    expect(FilterSet).not.toHaveProperty('required');
    expect(filterSetSchema.properties).toHaveProperty('min_loyalty_tier', documented);
  });

  it('is asked of PostgreSQL, together with the others', async () => {
    const ana = await app.make.customer({}, { days_ago: 3 });
    const bo = await app.make.customer({}, { days_ago: 300 });
    const cleo = await app.make.customer({}, { days_ago: 3 });
    await app.make.customer({}, { days_ago: 3 });
    await app.db.query('UPDATE users SET loyalty_tier = CASE id WHEN $1 THEN 3 WHEN $2 THEN 3 WHEN $3 THEN 2 END', [
      ana.id,
      bo.id,
      cleo.id,
    ]);

    const { body } = await segment(3).expect(201);

    expect((await post(`/segments/${body.id}/preview-users`).expect(200)).body).toEqual([ana.id]);
  });

  it('is listed with the others, and offers the values it has', async () => {
    const get = (path: string) => request(app.url).get(path).auth(ADMIN_TOKEN, { type: 'bearer' }).expect(200);
    const { key, asks, description, example, value } = minLoyaltyTier;

    const listed = (await get('/segments/filters')).body;

    expect(listed.at(-1)).toEqual({ key, asks, description, example, schema: value.schema, has_values: true });
    expect((await get(`/segments/filters/${key}/values`)).body).toEqual([
      { value: 3, customers: 2, purchases: null },
      { value: 2, customers: 1, purchases: null },
    ]);
  });

  it('may not take the name of another', () => {
    expect(() => addFilter({ ...minLoyaltyTier, key: 'last_days' })).toThrow('There is a filter last_days already');
  });
});

describe('a filter whose column is not there', () => {
  it('is refused by name, and the others go on', async () => {
    await app.make.customer({ role: 'vendor' });
    const vendors = await app.make.segment({ roles_in: ['vendor'] });
    const everyone = await app.make.segment({});
    const preview = (id: string) => post(`/segments/${id}/preview-users`);
    expect((await preview(vendors.id).expect(200)).body).toHaveLength(1);
    await app.db.query('ALTER TABLE users DROP COLUMN role');

    const refused = await preview(vendors.id).expect(409);

    expect(refused.body).toMatchObject({
      type: 'urn:crm-service:problem:filter-not-available',
      detail: 'The filter roles_in asks about users.role, which is not there. Leave it out of the rule.',
    });
    await preview(everyone.id).expect(200);
  });
});
