import { Client } from 'pg';
import { startApp, type TestApp } from './support/app';
import { eventually } from './support/eventually';
import type { Made } from './support/make';
import { refusalFault } from './support/refusal';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());

const to = ({ id }: Made) => ({ segment_id: id });
const edit = ({ id }: Made, changes: object) => app.api.patch(`/segments/${id}`).set('If-Match', '*').send(changes);
const members = async ({ id }: Made): Promise<string[]> =>
  (await app.api.post(`/segments/${id}/preview-users`).expect(200)).body;

describe('a reference', () => {
  it('means the rule of the other segment as that is now', async () => {
    const ana = await app.make.customer({ preferences: { of: 'then' } });
    const bo = await app.make.customer({ preferences: { of: 'now' } });
    const inner = await app.make.segment({ preferences_contains: { of: 'then' } });
    const outer = await app.make.segment({ any: [to(await app.make.segment(to(inner)))] });
    expect(await members(outer)).toEqual([ana.id]);

    await edit(inner, { filters: { preferences_contains: { of: 'now' } } }).expect(200);

    expect(await members(outer)).toEqual([bo.id]);
  });

  it('is frozen by a dispatch as it was when that took its customers, whatever is edited meanwhile', async () => {
    const ana = await app.make.customer({ preferences: { taken: 'then' } });
    await app.make.customer({ preferences: { taken: 'later' } });
    const inner = await app.make.segment({ preferences_contains: { taken: 'then' } });
    const campaign = await app.make.campaign([await app.make.segment({ all: [to(inner)] })]);
    const somebody = new Client({ connectionString: app.db.url, options: '-c search_path=crm,public' });
    await somebody.connect();
    await somebody.query('BEGIN');
    await somebody.query('LOCK TABLE dispatches IN SHARE MODE'); // the dispatch has read its rules, and waits to be written

    const dispatched = app.api.post(`/campaigns/${campaign.id}/dispatch`).then((answer) => answer);
    await eventually(async () =>
      expect(
        await app.db.query("SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'dispatches'::regclass"),
      ).toHaveLength(1),
    );
    await edit(inner, { filters: { preferences_contains: { taken: 'later' } } }).expect(200);
    await somebody.end();

    const { status, body } = await dispatched;
    expect([status, body.queued]).toEqual([200, 1]);
    expect((await app.api.get('/notifications').query({ campaign_id: campaign.id })).body).toMatchObject([
      { user_id: ana.id },
    ]);
    const [{ rule }] = await app.db.query('SELECT rule FROM dispatches WHERE id = $1', [body.id]);
    expect(rule).toMatchObject([{ version: 1 }, { id: inner.id, version: 1, filters: inner.filters, referred: true }]);
  });

  it('may be written in capitals', async () => {
    const inner = await app.make.segment({});
    const outer = await app.make.segment({ not: { segment_id: inner.id.toUpperCase() } });
    expect(await members(outer)).toEqual([]);
    const refused = await app.api.delete(`/segments/${inner.id}`);
    expect(refusalFault(refused, { status: 409, type: 'segment-in-use' })).toBeUndefined();
  });

  it('may not lead to a segment that is not active, near or far', async () => {
    const inner = await app.make.segment({ last_days: 3 });
    await app.api.delete(`/segments/${inner.id}`).expect(204);
    const refused = await app.api.post('/segments').send({ name: 'Outer', filters: { all: [{}, { not: to(inner) }] } });
    expect(refusalFault(refused, { status: 409, type: 'segment-inactive', pointer: '/filters/all/1/not/segment_id' })).toBeUndefined(); // prettier-ignore
    expect(refused.body.errors[0].detail).toContain(inner.name);
  });
});

describe('what others refer to', () => {
  it('cannot be deactivated, and the answer names them', async () => {
    const inner = await app.make.segment({});
    const outer = await app.make.segment({ not: to(inner) }, 'The one outside');

    for (const answer of [await app.api.delete(`/segments/${inner.id}`), await edit(inner, { is_active: false })]) {
      expect(refusalFault(answer, { status: 409, type: 'segment-in-use' })).toBeUndefined();
      expect(answer.body.detail).toContain('The one outside');
    }
    expect((await app.api.get(`/segments/${inner.id}`)).body.is_active).toBe(true);

    await app.api.delete(`/segments/${outer.id}`).expect(204);
    await app.api.delete(`/segments/${inner.id}`).expect(204); // only an inactive one refers to it
  });

  it('is named with the first three of many', async () => {
    const inner = await app.make.segment({});
    for (let i = 0; i < 5; i++) await app.make.segment(to(inner));
    expect((await app.api.delete(`/segments/${inner.id}`).expect(409)).body.detail).toContain(' and 2 more');
  });

  it('must be active before who refers to it can be', async () => {
    const inner = await app.make.segment({ last_days: 3 });
    const outer = await app.make.segment({ not: to(inner) });
    for (const { id } of [outer, inner]) await app.api.delete(`/segments/${id}`).expect(204);

    const refused = await edit(outer, { is_active: true });
    expect(refusalFault(refused, { status: 409, type: 'segment-inactive' })).toBeUndefined();
    await edit(inner, { is_active: true }).expect(200);
    await edit(outer, { is_active: true }).expect(200);
  });

  it('is never everybody when it is gone: not in a list, not in a count, not in a campaign', async () => {
    await app.make.customers(2);
    const inner = await app.make.segment({ last_days: 3 });
    const outer = await app.make.segment({ not: to(inner) });
    const campaign = await app.make.campaign([outer]);
    await app.db.query('UPDATE segments SET is_active = false WHERE id = $1', [inner.id]); // past every check

    const { api } = app;
    const asked = [
      api.post(`/segments/${outer.id}/preview-users`),
      api.get(`/segments/${outer.id}/count`),
      api.get(`/segments/${outer.id}/users`),
      api.get(`/segments/${outer.id}/users.csv`),
      api.get(`/segments/${outer.id}/explain/${outer.id}`),
      api.post('/segments/preview').send({ filters: to(outer) }),
      api.post('/segments/overlap').send({ segment_ids: [outer.id, (await app.make.segment()).id] }),
      api.post(`/campaigns/${campaign.id}/preview-users`),
      api.post(`/campaigns/${campaign.id}/dispatch`),
    ];
    for (const answer of await Promise.all(asked))
      expect(refusalFault(answer, { status: 409, type: 'segment-inactive' })).toBeUndefined();
    const listed = (await api.get('/segments').query({ counts: true }).expect(200)).body as Made[];
    expect(listed.find(({ id }) => id === outer.id)?.total).toBeNull();
    expect(await app.db.query('SELECT 1 FROM dispatches WHERE campaign_id = $1', [campaign.id])).toEqual([]);
  });

  it('may not grow beyond what who refers to it can bear', async () => {
    const sets = (count: number) => Array.from({ length: count }, (_, i) => ({ last_days: i + 1 }));
    const inner = await app.make.segment({ any: sets(2) });
    const middle = await app.make.segment({ not: to(inner) });
    await app.make.segment({ any: [to(middle), ...sets(40)] }, 'The large one');

    await edit(inner, { filters: { any: sets(8) } }).expect(200); // 40 + 8 and two references
    const refused = await edit(inner, { filters: { any: sets(9) } });
    expect(refusalFault(refused, { status: 409, type: 'segment-in-use' })).toBeUndefined();
    expect(refused.body.detail).toContain('The large one');
    const deeper = await edit(inner, { filters: { not: { not: { not: { last_days: 3 } } } } });
    expect(refusalFault(deeper, { status: 409, type: 'segment-in-use' })).toBeUndefined();
  });
});

describe('a loop', () => {
  const refused = (answer: Parameters<typeof refusalFault>[0], pointer: string) =>
    expect(refusalFault(answer, { status: 409, type: 'segment-cycle', pointer })).toBeUndefined();

  it('of one, two and three is refused, and nothing changes', async () => {
    const one = await app.make.segment({});
    refused(await edit(one, { filters: { any: [{}, to(one)] } }), '/filters/any/1/segment_id');
    const two = await app.make.segment(to(one));
    refused(await edit(one, { filters: to(two) }), '/filters/segment_id');
    const three = await app.make.segment({ not: to(two) });
    refused(await edit(one, { filters: { all: [{ not: to(three) }] } }), '/filters/all/0/not/segment_id');
    expect((await app.api.get(`/segments/${one.id}`)).body).toEqual(one);
  });

  it('made by two edits at the same moment: exactly one of them is done', async () => {
    for (let round = 0; round < 5; round++) {
      const [a, b, c] = [await app.make.segment({}), await app.make.segment({}), await app.make.segment({})];
      const answers = await Promise.all([
        edit(a, { filters: to(b) }),
        edit(b, { filters: to(c) }),
        edit(c, { filters: to(a) }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 409]);
      for (const one of [a, b, c]) await members(one);
    }
  });

  it('cannot come of deactivating what is referred to at that very moment', async () => {
    for (let round = 0; round < 5; round++) {
      const inner = await app.make.segment({});
      const [made, gone] = await Promise.all([
        app.api.post('/segments').send({ name: 'Outer', filters: { not: to(inner) } }),
        app.api.delete(`/segments/${inner.id}`),
      ]);
      expect([
        [201, 409],
        [409, 204],
      ]).toContainEqual([made.status, gone.status]);
    }
  });
});
