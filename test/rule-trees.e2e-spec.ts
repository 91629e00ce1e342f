import type { Rule } from '../src/segments/rules/rule';
import { startApp, type TestApp } from './support/app';
import { contents } from './support/contents';
import { refusalFault } from './support/refusal';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());

const UNKNOWN = '6d9f2c1e-4a5b-4c3d-8e7f-9a0b1c2d3e4f';
const create = (filters: unknown) => app.api.post('/segments').send({ name: 'Tree', filters });
const preview = (filters: unknown) => app.api.post('/segments/preview').send({ filters });

describe('a tree', () => {
  it('reaches in a campaign and in its dispatch exactly whom the preview showed', async () => {
    const { make, api } = app;
    const shop = 'Shop of trees';
    const here = { preferences: { here: true } };
    const vegan = await make.customer({ preferences: { here: true, diet: 'vegan' } });
    const buyer = await make.customer(here, { store_name: shop, total_amount: 50 });
    const both = await make.customer(
      { preferences: { here: true, diet: 'vegan' } },
      { store_name: shop, total_amount: 70, days_ago: 3 },
    );
    await make.customer(here); // neither
    await make.customer({ ...here, is_active: false }, { store_name: shop, total_amount: 90 });
    const hereOnly = await make.segment({ preferences_contains: { here: true } });
    const filters: Rule = {
      all: [
        { segment_id: hereOnly.id },
        { any: [{ preferences_contains: { diet: 'vegan' } }, { stores_in: [shop], min_total_spent: 50 }] },
        { not: { all: [{ preferences_contains: { diet: 'vegan' } }, { stores_in: [shop], last_days: 7 }] } },
      ],
    };
    const expected = [vegan.id, buyer.id].sort();

    const unsaved = (await preview(filters).expect(200)).body;
    const segment = await make.segment(filters);
    const campaign = await make.campaign([segment]);
    const saved = await api.post(`/segments/${segment.id}/preview-users`).expect(200);
    const united = await api.post(`/campaigns/${campaign.id}/preview-users`).expect(200);
    const dispatch = (await api.post(`/campaigns/${campaign.id}/dispatch`).expect(200)).body;
    const notified = (await api.get('/notifications').query({ campaign_id: campaign.id }).expect(200)).body;

    expect(unsaved.sample.map((c: { user_id: string }) => c.user_id)).toEqual(expected);
    expect([saved.body, united.body]).toEqual([expected, expected]);
    expect(dispatch).toMatchObject({ matched: 2, queued: 2 });
    expect(notified.map((n: { user_id: string }) => n.user_id).sort()).toEqual(expected);
    expect(expected).not.toContain(both.id);
  });

  it('comes back as it was written, and is replaced whole by an edit', async () => {
    const filters = { any: [{ not: { last_days: 30 } }, { all: [{}, { min_num_purchases: 2 }] }] };
    const segment = await app.make.segment(filters);
    expect(segment.filters).toEqual(filters);
    const edited = await app.api
      .patch(`/segments/${segment.id}`)
      .set('If-Match', '*')
      .send({ filters: { not: { not: {} } } })
      .expect(200);
    expect(edited.body.filters).toEqual({ not: { not: {} } });
    expect((await app.api.get(`/segments/${segment.id}`)).body.filters).toEqual({ not: { not: {} } });
  });
});

describe('a tree that is none is refused at the very place, and nothing is saved', () => {
  let before: Record<string, string>;
  beforeAll(async () => void (before = await contents(app.db)));
  afterAll(async () => expect(await contents(app.db)).toEqual(before));

  const good = { last_days: 3 };
  const wrong: [what: string, filters: unknown, pointer: string][] = [
    ['no parts', { all: [] }, '/filters/all'],
    ['no parts, deeper', { not: { any: [] } }, '/filters/not/any'],
    ['a number for parts', { all: 1 }, '/filters/all'],
    ['an object for parts', { any: good }, '/filters/any'],
    ['null for parts', { any: null }, '/filters/any'],
    ['a number among the parts', { all: [good, 1] }, '/filters/all'],
    ['null among the parts', { all: [good, null] }, '/filters/all'],
    ['null alone', { all: [null] }, '/filters/all'],
    ['a list among the parts', { all: [good, []] }, '/filters/all'],
    ['a list of rules among the parts', { any: [[good]] }, '/filters/any'],
    ['a text among the parts', { any: ['{}'] }, '/filters/any'],
    ['a list to deny', { not: [good] }, '/filters/not'],
    ['an empty list to deny', { not: [] }, '/filters/not'],
    ['null to deny', { not: null }, '/filters/not'],
    ['two trees in one', { all: [good], any: [good] }, '/filters/any'],
    ['a tree beside a filter', { all: [good], last_days: 3 }, '/filters/last_days'],
    ['a filter beside a reference', { segment_id: UNKNOWN, last_days: 3 }, '/filters/last_days'],
    ['a reference beside a tree, deep', { any: [good, { not: good, segment_id: UNKNOWN }] }, '/filters/any/1/segment_id'],
    ['an id that is none', { any: [{ segment_id: 'x' }] }, '/filters/any/0/segment_id'],
    ['a list of ids', { segment_id: [UNKNOWN] }, '/filters/segment_id'],
    ['null for an id', { segment_id: null }, '/filters/segment_id'],
    ['a bad value, deep', { all: [good, { not: { last_days: 0 } }] }, '/filters/all/1/not/last_days'],
    ['a typing error, deep', { all: [good, { not: { last_day: 3 } }] }, '/filters/all/1/not/last_day'],
    ['a typing error of a tree', { al: [good] }, '/filters/al'],
    ['an inherited name, deep', JSON.parse('{"any": [{"__proto__": {"last_days": 1}}]}'), '/filters/any/0/__proto__'],
    ['a list for the whole', [good], '/filters'],
    ['a text for the whole', 'all', '/filters'],
    ['a segment that is not there', { not: { any: [good, { segment_id: UNKNOWN }] } }, '/filters/not/any/1/segment_id'],
  ];
  it.each(wrong)('%s', async (_, filters, pointer) => {
    const type =
      JSON.stringify(filters).includes(UNKNOWN) && pointer.endsWith('not/any/1/segment_id')
        ? 'unknown-segment'
        : 'bad-request';
    for (const answer of [await create(filters), await preview(filters)])
      expect(refusalFault(answer, { status: 400, type, pointer })).toBeUndefined();
  });

  it('a filter beside a tree is called what it is, and not unknown', async () => {
    const { body } = await create({ all: [good], last_days: 3 }).expect(400);
    expect(body.errors).toEqual([
      { pointer: '/filters/last_days', detail: 'cannot stand beside all: make it a rule of its own' },
    ]);
  });

  it('each of several, at once', async () => {
    const { body } = await create({ any: [{ last_days: 0 }, { all: [{ nope: 1 }, { stores_in: [] }] }] }).expect(400);
    expect(body.errors.map((e: { pointer: string }) => e.pointer)).toEqual([
      '/filters/any/0/last_days',
      '/filters/any/1/all/0/nope',
      '/filters/any/1/all/1/stores_in',
    ]);
  });
});

describe('the limits of a rule', () => {
  const nested = (levels: number): Rule => (levels === 1 ? { last_days: 3 } : { not: nested(levels - 1) });
  const everybody: Rule = {};
  const sets = (count: number): Rule[] => Array.from({ length: count }, (_, i) => ({ last_days: i + 1 }));
  const ids = (count: number) =>
    Array.from({ length: count }, (_, i) => `00000000-0000-4000-8000-${i.toString(16).padStart(12, '0')}`);
  const texts = (count: number) => Array.from({ length: count }, (_, i) => `Store ${i}`);

  const limits: [what: string, limit: number, of: (size: number) => Rule, pointer: string][] = [
    ['conditions, one in each part', 50, (n) => ({ any: sets(n) }), '/filters'],
    ['conditions, several in a part', 50, (n) => ({ all: [...sets(n - 48), ...sets(24).map((s) => ({ ...s, is_market_store: true }))] }), '/filters'], // prettier-ignore
    ['conditions, empty sets', 50, (n) => ({ all: [{ any: sets(n - 1) }, everybody] }), '/filters'],
    ['levels', 5, nested, '/filters'],
    ['values of a list', 1000, (n) => ({ not: { stores_in: texts(n) } }), '/filters/not/stores_in'],
    [
      'characters of a text',
      500,
      (n) => ({ any: [{ ticket_types_in: ['😀'.repeat(n)] }] }),
      '/filters/any/0/ticket_types_in',
    ],
    ['customers by id', 10_000, (n) => ({ all: [{ user_ids_in: ids(n) }] }), '/filters/all/0/user_ids_in'],
  ];
  it.each(limits)('%s: %i', async (_, limit, of, pointer) => {
    for (const size of [limit - 1, limit]) {
      await preview(of(size)).expect(200);
      await create(of(size)).expect(201);
    }
    for (const answer of [await preview(of(limit + 1)), await create(of(limit + 1))])
      expect(refusalFault(answer, { status: 400, pointer })).toBeUndefined();
  });

  it('a body of 512 KB about segments, and of 100 KB about anything else', async () => {
    const sized = (body: object, bytes: number) => JSON.stringify(body).padEnd(bytes, ' ');
    const segment = { name: 'Large', filters: { user_ids_in: ids(10_000) } };
    const send = (path: string, body: string) => app.api.post(path).type('json').send(body);
    await send('/segments', sized(segment, 512 * 1024)).expect(201);
    await send('/segments/preview', sized({ filters: segment.filters }, 512 * 1024)).expect(200);
    for (const [path, bytes] of [
      ['/segments', 512 * 1024 + 1],
      ['/segments/preview', 512 * 1024 + 1],
      ['/campaigns', 100 * 1024 + 1],
    ] as const)
      expect(refusalFault(await send(path, sized(segment, bytes)), { status: 413, type: 'body-too-large' })).toBeUndefined();
  });

  it('hold together with what is referred to', async () => {
    const large = await app.make.segment({ any: sets(48) });
    await create({ segment_id: large.id }).expect(201); // 49
    const fifty = await app.make.segment({ any: [{ segment_id: large.id }, {}] });
    expect(refusalFault(await create({ segment_id: fifty.id }), { status: 400, pointer: '/filters' })).toBeUndefined();
    expect(refusalFault(await preview({ any: [{ segment_id: fifty.id }, {}] }), { status: 400, pointer: '/filters' })).toBeUndefined(); // prettier-ignore

    const deep = await app.make.segment(nested(4));
    await create({ not: { segment_id: deep.id } }).expect(201);
    expect(refusalFault(await create({ not: { not: { segment_id: deep.id } } }), { status: 400, pointer: '/filters' })).toBeUndefined(); // prettier-ignore
  });
});
