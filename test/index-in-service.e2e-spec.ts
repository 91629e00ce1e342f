import { ColumnIndex } from '../src/segments/column-index/column-index';
import { startApp, type TestApp } from './support/app';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ COLUMN_INDEX_FROM_PURCHASES: 1 });
  await app.make.customer({ preferences: { diet: 'vegan' } }, { days_ago: 3, total_amount: 20 });
  await app.make.customer({}, { days_ago: 40, total_amount: 50 });
  await app.make.customer({});
  await app.nest.get(ColumnIndex).refresh();
});
afterAll(() => app.close());

const filters = { any: [{ last_days: 30, min_total_spent: 10 }, { not: { last_days: 3650 } }] };

it('the column index says what it holds', async () => {
  const { body } = await app.api.get('/column-index').expect(200);
  expect(body).toMatchObject({ state: 'ready', customers: 3, purchases: 2 });
});

it('answers a preview, as PostgreSQL does, and says so', async () => {
  const preview = (source?: string) => app.api.post('/segments/preview').query({ source }).send({ filters }).expect(200);
  const [fastest, index, database] = [await preview(), await preview('index'), await preview('database')];

  expect([fastest.body.source, index.body.source, database.body.source]).toEqual(['index', 'index', 'database']);
  expect(index.headers['x-data-source']).toBe('index');
  expect([index.body.total, index.body.parts]).toEqual([2, database.body.parts]);
  expect(index.body.sample.map((c: { user_id: string }) => c.user_id).sort()).toEqual(
    database.body.sample.map((c: { user_id: string }) => c.user_id).sort(),
  );
});

it('counts of the list those rules that it can, and PostgreSQL only the others', async () => {
  const scannable = await app.make.segment(filters);
  const other = await app.make.segment({ products_contain: [{ name: 'tea' }] });

  const { body, headers } = await app.api.get('/segments').query({ counts: true }).expect(200);

  expect(body.map(({ id, total }: { id: string; total: number }) => [id, total])).toEqual([
    [other.id, 0],
    [scannable.id, 2],
  ]);
  const sources = (id: string) =>
    app.db.query<{ source: string }>('SELECT source FROM segment_sizes WHERE segment_id = $1', [id]);
  expect([await sources(scannable.id), await sources(other.id)]).toEqual([[{ source: 'index' }], [{ source: 'database' }]]);
  expect(headers['x-data-source']).toBe('index'); // the older of the two instants is the one that is told
  await app.api.get('/segments').query({ counts: true, source: 'index' }).expect(503);
});

it('lays segments over each other as PostgreSQL does', async () => {
  const ids = [(await app.make.segment(filters)).id, (await app.make.segment({ last_days: 30 })).id];
  const overlap = async (source: string) =>
    (await app.api.post('/segments/overlap').query({ source }).send({ segment_ids: ids }).expect(200)).body;
  const [index, database] = [await overlap('index'), await overlap('database')];

  expect(index.source).toBe('index');
  expect([index.segments, index.intersections, index.union]).toEqual([
    database.segments,
    database.intersections,
    database.union,
  ]);
});

it('is not loaded where nobody could ask it', async () => {
  const dispatcher = await startApp({ DATABASE_URL: app.db.url, ROLES: ['dispatcher'], COLUMN_INDEX_FROM_PURCHASES: 1 });
  await dispatcher.nest.get(ColumnIndex).refresh(); // waits for an index where one is wanted
  expect(dispatcher.nest.get(ColumnIndex).state()).toMatchObject({ state: 'off', customers: 0 });
  await dispatcher.close();
});
