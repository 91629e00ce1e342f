import { Client } from 'pg';
import { migrate } from '../src/database/migrate';
import { loadConfig } from '../src/config/config';
import { SegmentHistory1795300000000 } from '../src/database/migrations/1795300000000-segment-history';
import { insertSizes } from '../src/segments/history/segment-history.sql';
import { startApp, type TestApp } from './support/app';
import { emptyDatabase } from './support/database';
import { refusalFault } from './support/refusal';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());

const UNKNOWN = '6d9f2c1e-4a5b-4c3d-8e7f-9a0b1c2d3e4f';
const nextOf = (headers: Record<string, string>) => /<([^>]+)>; rel="next"/.exec(headers.link ?? '')?.[1];
const versions = async (id: string) => (await app.api.get(`/segments/${id}/versions`).expect(200)).body;
const edit = (id: string, changes: object, etag = '*') =>
  app.api.patch(`/segments/${id}`).set('If-Match', etag).send(changes);

describe('the versions of a segment', () => {
  it('say who made what of what, and when', async () => {
    const { id } = await app.make.segment({ last_days: 30 }, 'Monthly');
    await edit(id, { filters: { any: [{ last_days: 7 }] }, description: 'often' }).expect(200);
    await app.api.delete(`/segments/${id}`).expect(204);

    const found = await versions(id);

    const created = { name: 'Monthly', description: '', filters: { last_days: 30 }, is_active: true };
    const edited = { ...created, description: 'often', filters: { any: [{ last_days: 7 }] } };
    expect(found).toMatchObject([
      { version: 3, before: edited, after: { ...edited, is_active: false } },
      { version: 2, before: created, after: edited },
      { version: 1, before: null, after: created },
    ]);
    const campaign = await app.make.campaign([{ id: (await app.make.segment()).id }]);
    const dispatch = (await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200)).body;
    for (const { changed_by, changed_at } of found) {
      expect(changed_by).toBe(dispatch.requested_by);
      expect(Math.abs(Date.parse(changed_at) - Date.now())).toBeLessThan(60_000);
    }
  });

  it('carry the ETag each answer gave, and none is written by an edit that is refused', async () => {
    const { id } = await app.make.segment({});
    const first = await edit(id, { name: 'First' }, '"1"').expect(200);
    expect(first.headers.etag).toBe('"2"');
    for (const refused of [
      edit(id, { name: 'Stale' }, '"1"'),
      edit(id, { filters: { segment_id: id } }),
      edit(id, { filters: { last_day: 3 } }),
      edit(id, {}),
      app.api.delete(`/segments/${id}`).set('If-Match', '"1"'),
    ])
      expect((await refused).status).toBeGreaterThanOrEqual(400);
    expect((await versions(id)).map((v: { version: number }) => v.version)).toEqual([2, 1]);
  });

  it('have no gap and no twin when many edit at once', async () => {
    const { id } = await app.make.segment({});
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => edit(id, i % 2 ? { name: `Name ${i}` } : { filters: { last_days: i + 1 } })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const found = await versions(id);
    expect(found.map((v: { version: number }) => v.version)).toEqual(Array.from({ length: 13 }, (_, i) => 13 - i));
    for (let i = 0; i < 12; i++) expect(found[i].before).toEqual(found[i + 1].after);
    const { name, description, filters, is_active } = (await app.api.get(`/segments/${id}`)).body;
    expect(found[0].after).toEqual({ name, description, filters, is_active });
  });
});

describe.each(['versions', 'sizes'])('the list of %s', (list) => {
  it('is walked page by page, newest first, each once', async () => {
    const { id } = await app.make.segment({});
    if (list === 'versions') for (let i = 0; i < 6; i++) await edit(id, { name: `Name ${i}` }).expect(200);
    else
      await app.db.query(
        `INSERT INTO segment_sizes (segment_id, version, as_of, total, source)
         SELECT $1, 1, timestamptz '2026-01-01 10:00:00.123Z' + i * interval '61.001 s', i, 'index' FROM generate_series(1, 7) i`,
        [id],
      );
    const whole = (await app.api.get(`/segments/${id}/${list}`).expect(200)).body;
    const walked: unknown[] = [];
    for (let next: string | undefined = `/segments/${id}/${list}?limit=2`; next;) {
      const page: { body: unknown[]; headers: Record<string, string> } = await app.api.get(next).expect(200);
      expect(page.headers['x-total-count']).toBe('7');
      walked.push(...page.body);
      next = nextOf(page.headers);
    }
    expect(whole).toHaveLength(7);
    expect(walked).toEqual(whole);

    const cursor = new URL(nextOf((await app.api.get(`/segments/${id}/${list}?limit=1`)).headers)!, app.url).searchParams.get('cursor'); // prettier-ignore
    const other = await app.api.get(`/segments/${(await app.make.segment()).id}/${list}`).query({ cursor });
    expect(refusalFault(other, { status: 400, type: 'bad-cursor' })).toBeUndefined();
    const unknown = await app.api.get(`/segments/${UNKNOWN}/${list}`);
    expect(refusalFault(unknown, { status: 404, type: 'segment-not-found' })).toBeUndefined();
  });
});

it('sizes say which version was counted, when, and where', async () => {
  await app.make.customer({ preferences: { sized: true } });
  const { id } = await app.make.segment({ preferences_contains: { sized: true } });
  const first = (await app.api.get(`/segments/${id}/count`).expect(200)).body;
  await edit(id, { filters: { preferences_contains: { sized: false } } }).expect(200);
  await app.api.get('/segments').query({ counts: true }).expect(200);

  const { body } = await app.api.get(`/segments/${id}/sizes`).expect(200);

  expect(body).toMatchObject([
    { version: 2, total: 0, source: 'database' },
    { version: 1, total: 1, source: 'database' },
  ]);
  expect(Math.abs(Date.parse(body[1].as_of) - Date.parse(first.as_of))).toBeLessThanOrEqual(1);
});

it('sizes of several versions at one instant are all kept, and paged one by one', async () => {
  const { id } = await app.make.segment({});
  const asOf = '2026-01-01T00:00:00Z'; // the column index reads at its own instant, which stands still between two looks
  for (const version of [1, 2, 3]) {
    const { text, values } = insertSizes([{ segmentId: id, version, total: version * 10 }], asOf, 'index');
    await app.db.query(text, values);
  }

  const walked: number[] = [];
  let next: string | undefined = `/segments/${id}/sizes?limit=1`;
  while (next) {
    const page: { body: { version: number }[]; headers: Record<string, string> } = await app.api.get(next).expect(200);
    walked.push(...page.body.map(({ version }) => version));
    next = nextOf(page.headers);
  }

  expect(walked).toEqual([3, 2, 1]);
});

it('the migration gives segments that were there a first version, and goes back without them', async () => {
  const db = await emptyDatabase();
  const client = new Client({ connectionString: db.url, options: '-c search_path=crm,public' });
  await client.connect();
  const runner = { query: (text: string) => client.query(text) } as unknown as Parameters<
    SegmentHistory1795300000000['up']
  >[0];
  const history = new SegmentHistory1795300000000();
  try {
    await migrate(db.url, loadConfig({}), () => undefined);
    await history.down(runner);
    await db.query(
      `INSERT INTO segments (name, description, filters, version, updated_at, is_active)
       VALUES ('Old', 'of before', '{"last_days": 3}', 4, '2026-01-02T03:04:05.678Z', false), ('Other', '', '{}', 1, now(), true)`,
    );

    await history.up(runner);

    expect(
      await db.query(`SELECT v.* FROM segment_versions v JOIN segments s ON s.id = segment_id WHERE s.name = 'Old'`),
    ).toMatchObject([
      {
        version: 4,
        name: 'Old',
        description: 'of before',
        filters: { last_days: 3 },
        is_active: false,
        changed_by: 'unknown',
        changed_at: new Date('2026-01-02T03:04:05.678Z'),
      },
    ]);
    expect(await db.query('SELECT DISTINCT refers_to FROM segments')).toEqual([{ refers_to: [] }]);
    await history.down(runner);
    expect(await db.query('SELECT count(*)::int FROM segments')).toEqual([{ count: 2 }]);
    await history.up(runner);
  } finally {
    await client.end();
    await db.drop();
  }
});
