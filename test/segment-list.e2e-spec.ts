import { DataSource } from 'typeorm';
import { sql } from '../src/common/sql';
import { selectTrends } from '../src/segments/segment-list.sql';
import { startApp, type TestApp } from './support/app';

let app: TestApp;
beforeEach(async () => void (app = await startApp()));
afterEach(() => app.close());

interface Listed {
  id: string;
  total?: number | null;
  problem?: string;
  sizes?: { as_of: string; total: number }[];
  campaigns?: { id: string; name: string }[];
}
interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  Plans?: PlanNode[];
}
const nodesOf = (plan: PlanNode): PlanNode[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
const list = async (query: object): Promise<Listed[]> => (await app.api.get('/segments').query(query).expect(200)).body;
const sized = (id: string, count: number) =>
  app.db.query(
    `INSERT INTO segment_sizes (segment_id, version, as_of, total, source)
     SELECT $1, 1 + i % 2, timestamptz '2026-01-01T00:00:00Z' + i * interval '1 day', i, 'database' FROM generate_series(1, $2::int) i`,
    [id, count],
  );

describe('the list of segments with trend=true', () => {
  it('has the sizes of the last 30 days of each, oldest first, whatever version was counted', async () => {
    const [few, many, never] = [await app.make.segment(), await app.make.segment(), await app.make.segment()];
    await sized(few.id, 2);
    await sized(many.id, 33);

    const found = await list({ trend: true });

    expect(found.map(({ id, sizes }) => [id, sizes?.length])).toEqual([
      [never.id, 0],
      [many.id, 30],
      [few.id, 2],
    ]);
    expect(found[1].sizes!.map(({ total }) => total)).toEqual(Array.from({ length: 30 }, (_, i) => i + 4));
    expect(found[2].sizes).toEqual([
      { as_of: '2026-01-02T00:00:00.000Z', total: 1 },
      { as_of: '2026-01-03T00:00:00.000Z', total: 2 },
    ]);
    expect(found[0]).not.toHaveProperty('total');
  });

  it('has the last size of each day (UTC), of whatever version, and of no day without one', async () => {
    const { id } = await app.make.segment();
    await app.db.query(
      `INSERT INTO segment_sizes (segment_id, version, as_of, total, source) VALUES
         ($1, 1, '2026-01-01T00:00:00Z', 1, 'database'), ($1, 1, '2026-01-01T23:59:59.999Z', 2, 'database'),
         ($1, 1, '2026-01-02T00:00:00Z', 3, 'index'), ($1, 2, '2026-01-02T00:00:00Z', 4, 'index'),
         ($1, 2, '2026-01-05T08:00:00Z', 5, 'database'), ($1, 2, '2026-01-05T09:00:00Z', 6, 'database')`,
      [id],
    );

    const [{ sizes }] = await list({ trend: true });

    expect(sizes).toEqual([
      { as_of: '2026-01-01T23:59:59.999Z', total: 2 },
      { as_of: '2026-01-02T00:00:00.000Z', total: 4 },
      { as_of: '2026-01-05T09:00:00.000Z', total: 6 },
    ]);
  });

  it('walks the key however often a segment was counted', async () => {
    const { id } = await app.make.segment();
    await app.db.query(
      `INSERT INTO segment_sizes (segment_id, version, as_of, total, source)
       SELECT $1, 1, timestamptz '2026-01-01T00:00:00Z' + i * interval '1 minute', i, 'database' FROM generate_series(1, 60 * 24 * 40) i`,
      [id],
    );
    await app.db.query('ANALYZE segment_sizes');
    const { text, values } = sql`EXPLAIN (ANALYZE, FORMAT JSON) ${selectTrends([id], 30)}`;

    const [{ 'QUERY PLAN': plan }] = await app.db.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(text, values);

    const scans = nodesOf(plan[0].Plan).filter((node) => node['Relation Name'] === 'segment_sizes');
    expect(scans.map((node) => node['Node Type'])).toEqual(['Index Scan', 'Index Scan']);
    expect(scans.map((node) => node['Actual Rows'] * node['Actual Loops'])).toEqual([1, 29]);
  });

  it('ends with the size that was counted for this very list', async () => {
    await app.make.customers(3);
    const { id } = await app.make.segment();
    await sized(id, 1);

    const [{ total, sizes }] = await list({ trend: true, counts: true });

    expect(total).toBe(3);
    expect(sizes!.map((size) => size.total)).toEqual([1, 3]);
  });
});

describe('the list of segments with used_by=true', () => {
  it('has the active campaigns that include or exclude each, newest first', async () => {
    const [a, b, unused] = [await app.make.segment(), await app.make.segment(), await app.make.segment()];
    const first = await app.make.campaign([a, b]);
    const second = await app.make.campaign([b], 'Hello', { excluded_segment_ids: [a.id] });
    const over = await app.make.campaign([a]);
    await app.api.delete(`/campaigns/${over.id}`).expect(204);
    const use = ({ id, name }: { id: string; name?: unknown }) => ({ id, name });

    const found = await list({ used_by: true });

    expect(found.map(({ id, campaigns }) => [id, campaigns])).toEqual([
      [unused.id, []],
      [b.id, [use(second), use(first)]],
      [a.id, [use(second), use(first)]],
    ]);
  });

  it('names at most 50 of each', async () => {
    const { id } = await app.make.segment();
    await app.db.query(
      `INSERT INTO campaigns (name, description, message, segment_ids, created_at)
       SELECT 'Campaign ' || i, '', 'Hello', ARRAY[$1::uuid], now() + i * interval '1 second' FROM generate_series(1, 52) i`,
      [id],
    );

    const [{ campaigns }] = await list({ used_by: true });

    expect(campaigns!.map(({ name }) => name)).toEqual(Array.from({ length: 50 }, (_, i) => `Campaign ${52 - i}`));
  });
});

describe('the list of segments with counts=true', () => {
  const listed = async () =>
    (await list({ counts: true })).map(({ id, total, problem }) =>
      typeof total === 'number' ? [id, total] : [id, problem],
    );

  it('has the sizes of the others where one refers to what is not active, or asks about a column that is gone', async () => {
    await app.make.customers(3);
    const all = await app.make.segment();
    const gone = await app.make.segment({ products_contain: [{}] });
    const referred = await app.make.segment({ last_days: 3 }, 'Referred');
    const refers = await app.make.segment({ not: { segment_id: referred.id } });
    const none = await app.make.segment({ last_days: 5 });
    await app.db.query(`UPDATE segments SET is_active = false WHERE id = $1`, [referred.id]);
    await app.db.query('ALTER TABLE purchase_history RENAME products TO goods');

    expect(await listed()).toEqual([
      [none.id, 0],
      [refers.id, expect.stringContaining('the segment "Referred" is not active')],
      [referred.id, 0],
      [gone.id, expect.stringContaining('products_contain asks about purchase_history.products')],
      [all.id, 3],
    ]);
  });

  it('has the sizes of the others where some are too heavy', async () => {
    await app.close();
    app = await startApp({ CUSTOMERS_SCHEMA: 'slow', STATEMENT_TIMEOUT_SECONDS: 1 });
    await app.db.query(`
      CREATE SCHEMA slow;
      CREATE VIEW slow.users AS SELECT * FROM public.users;
      CREATE VIEW slow.purchase_history AS SELECT p.* FROM public.purchase_history p, pg_sleep(4)`);
    await app.make.customer({}, { days_ago: 2 });
    const all = await app.make.segment();
    const heavy = await app.make.segment({ last_days: 3 });
    const heavier = await app.make.segment({ any: [{ last_days: 5 }, { last_days: 7 }] });

    expect(await listed()).toEqual([
      [heavier.id, expect.stringContaining('did not answer within its time limit')],
      [heavy.id, expect.stringContaining('did not answer within its time limit')],
      [all.id, 1],
    ]);
  });
});

it('has neither unless it is asked for', async () => {
  await app.make.segment();
  const [plain] = await list({});
  const [declined] = await list({ trend: false, used_by: false });
  for (const segment of [plain, declined]) {
    expect(segment).not.toHaveProperty('sizes');
    expect(segment).not.toHaveProperty('campaigns');
  }
});

it('asks one statement for all trends and one for all campaigns, however many segments there are', async () => {
  for (let i = 0; i < 10; i++) await app.make.campaign([await app.make.segment()]);
  const asked = jest.spyOn(app.nest.get(DataSource), 'query');

  await list({ trend: true, used_by: true });

  const texts = asked.mock.calls.map(([text]) => text); // what the process does beside its requests is among them
  expect(texts.filter((text) => text.includes('segment_sizes'))).toHaveLength(1);
  expect(texts.filter((text) => text.includes('excluded_segment_ids'))).toHaveLength(1);
});

it('is walked over 10,000 without a gap or a repetition while others are made, edited and put away', async () => {
  // a hundred share each instant, so that a page ends in the middle of them
  const made = await app.db.query<{ id: string }>(
    `INSERT INTO segments (name, filters, created_at)
     SELECT 'Segment ' || i, '{}', timestamptz '2026-01-01T00:00:00Z' + (i / 100) * interval '1 minute' FROM generate_series(1, 10000) i RETURNING id`,
  );
  const walk = new AbortController();
  const writers = [1, 2, 3].map(async () => {
    for (let i = 0; !walk.signal.aborted; i++) {
      const { id } = await app.make.segment();
      await app.api.patch(`/segments/${id}`).set('If-Match', '*').send({ name: 'Edited' }).expect(200);
      await app.api.delete(`/segments/${id}`).expect(204);
      const old = made[(i * 7919) % made.length].id; // and what the walk meets, or met
      await app.api
        .patch(`/segments/${old}`)
        .set('If-Match', '*')
        .send({ description: `Edited ${i}` })
        .expect(200);
    }
  });

  const walked: string[] = [];
  for (let next: string | undefined = '/segments?limit=333&total=false'; next;) {
    const page: { body: Listed[]; headers: Record<string, string> } = await app.api.get(next).expect(200);
    walked.push(...page.body.map(({ id }) => id));
    next = /<([^>]+)>; rel="next"/.exec(page.headers.link ?? '')?.[1];
  }
  walk.abort();
  await Promise.all(writers);

  const times = new Map<string, number>();
  for (const id of walked) times.set(id, (times.get(id) ?? 0) + 1);
  expect(made.filter(({ id }) => times.get(id) !== 1)).toEqual([]);
  expect(walked.length).toBe(times.size);
});
