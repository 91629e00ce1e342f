import { startApp, type TestApp } from './support/app';
import { refusalFault } from './support/refusal';

let app: TestApp;
let segment: { id: string };
beforeAll(async () => {
  app = await startApp();
  segment = await app.make.segment({});
});
afterAll(() => app.close());

const UNKNOWN = '6d9f2c1e-4a5b-4c3d-8e7f-9a0b1c2d3e4f';
const create = (rules: object) =>
  app.api.post('/campaigns').send({ name: 'Harvest', message: 'Come', segment_ids: [segment.id], ...rules });
const edit = (campaign: { id: string }, changes: object) =>
  app.api.patch(`/campaigns/${campaign.id}`).set('If-Match', '*').send(changes);

const plain = {
  title: null,
  channel: 'webpush',
  excluded_segment_ids: [],
  frequency_cap: null,
  holdout_percent: 0,
  once_per_customer: true,
  not_after: null,
};

describe('the rules of delivery of a campaign', () => {
  it('may be left out: everybody, once, without limit', async () => {
    const { body } = await create({}).expect(201);
    expect(body).toMatchObject(plain);
    expect((await create({ title: null, frequency_cap: null, not_after: null }).expect(201)).body).toMatchObject(plain);
  });

  it('are kept as they are given, each by itself', async () => {
    const excluded = await app.make.segment({ last_days: 3 });
    const rules = {
      title: 'Pumpkins 🎃',
      channel: 'sms',
      excluded_segment_ids: [excluded.id],
      frequency_cap: { max: 3, per_days: 7 },
      holdout_percent: 12.34,
      once_per_customer: false,
      not_after: '2199-12-31T23:59:59.000Z',
    };

    const { body } = await create(rules).expect(201);
    expect(body).toMatchObject(rules);
    expect((await app.api.get(`/campaigns/${body.id}`).expect(200)).body).toEqual(body);

    const edited = (await create({}).expect(201)).body;
    let kept = { ...plain };
    for (const [field, value] of Object.entries(rules)) {
      kept = { ...kept, [field]: value };
      expect((await edit(edited, { [field]: value }).expect(200)).body).toMatchObject(kept);
    }
    expect((await app.api.get(`/campaigns/${edited.id}`)).body).toMatchObject(rules);
  });

  it('are taken away by null where there may be none, and by an empty list', async () => {
    const { body } = await create({
      title: 'Pumpkins',
      excluded_segment_ids: [segment.id],
      frequency_cap: { max: 1, per_days: 1 },
      not_after: '2199-12-31T23:59:59Z',
    }).expect(201);

    await edit(body, { title: null }).expect(200);
    await edit(body, { frequency_cap: null }).expect(200);
    await edit(body, { not_after: null }).expect(200);
    await edit(body, { excluded_segment_ids: [] }).expect(200);

    expect((await app.api.get(`/campaigns/${body.id}`).expect(200)).body).toMatchObject(plain);
  });

  it('name excluded segments that exist, in whatever letters', async () => {
    const two = [segment.id, UNKNOWN];
    for (const answer of [
      await create({ excluded_segment_ids: two }),
      await edit((await create({}).expect(201)).body, { excluded_segment_ids: two }),
    ]) {
      expect(
        refusalFault(answer, { status: 400, type: 'unknown-segment', pointer: '/excluded_segment_ids/1' }),
      ).toBeUndefined();
      expect(answer.body.errors).toHaveLength(1);
    }
    const both = await create({ segment_ids: [UNKNOWN], excluded_segment_ids: [UNKNOWN] }).expect(400);
    expect(both.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/segment_ids/0',
      '/excluded_segment_ids/0',
    ]);
    const loud = await create({ excluded_segment_ids: [segment.id.toUpperCase()] }).expect(201);
    expect(loud.body.excluded_segment_ids).toEqual([segment.id]);
  });

  it('may be at the ends of their ranges', async () => {
    for (const rules of [
      { holdout_percent: 0 },
      { holdout_percent: 0.01 },
      { holdout_percent: 99 },
      { frequency_cap: { max: 1, per_days: 1 } },
      { frequency_cap: { max: 1000, per_days: 365 } },
      { title: 'x'.repeat(200) },
      { not_after: '2200-12-31T23:59:59Z' },
    ])
      await create(rules).expect(201);
  });

  it.each([
    [{ holdout_percent: -0.01 }, '/holdout_percent'],
    [{ holdout_percent: 99.01 }, '/holdout_percent'],
    [{ holdout_percent: 1.234 }, '/holdout_percent'],
    [{ holdout_percent: '10' }, '/holdout_percent'],
    [{ holdout_percent: null }, '/holdout_percent'],
    [{ frequency_cap: {} }, '/frequency_cap'],
    [{ frequency_cap: [] }, '/frequency_cap'],
    [{ frequency_cap: [{ max: 1, per_days: 1 }] }, '/frequency_cap'],
    [{ frequency_cap: 3 }, '/frequency_cap'],
    [{ frequency_cap: { max: 1 } }, '/frequency_cap/per_days'],
    [{ frequency_cap: { max: 0, per_days: 1 } }, '/frequency_cap/max'],
    [{ frequency_cap: { max: 1001, per_days: 1 } }, '/frequency_cap/max'],
    [{ frequency_cap: { max: 1.5, per_days: 1 } }, '/frequency_cap/max'],
    [{ frequency_cap: { max: 1, per_days: 366 } }, '/frequency_cap/per_days'],
    [{ frequency_cap: { max: 1, per_days: 0 } }, '/frequency_cap/per_days'],
    [{ frequency_cap: { max: 1, per_days: 1, per_weeks: 1 } }, '/frequency_cap/per_weeks'],
    [{ channel: 'pigeon' }, '/channel'],
    [{ channel: null }, '/channel'],
    [{ once_per_customer: 'true' }, '/once_per_customer'],
    [{ once_per_customer: null }, '/once_per_customer'],
    [{ not_after: '2199-12-31' }, '/not_after'],
    [{ not_after: '2199-12-31T23:59:59' }, '/not_after'],
    [{ not_after: '2199-02-30T00:00:00Z' }, '/not_after'],
    [{ not_after: '2020-01-01T00:00:00Z' }, '/not_after'],
    [{ not_after: 7 }, '/not_after'],
    [{ title: '' }, '/title'],
    [{ title: ' ' }, '/title'],
    [{ title: 'To: all\nBcc: everyone' }, '/title'],
    [{ title: 'x'.repeat(201) }, '/title'],
    [{ title: 'Hello {{ name }}' }, '/title'],
    [{ excluded_segment_ids: null }, '/excluded_segment_ids'],
    [{ excluded_segment_ids: UNKNOWN }, '/excluded_segment_ids'],
    [{ excluded_segment_ids: ['x'] }, '/excluded_segment_ids'],
    [{ excluded_segment_ids: [UNKNOWN, UNKNOWN.toUpperCase()] }, '/excluded_segment_ids'],
    [
      { excluded_segment_ids: Array.from({ length: 51 }, (_, i) => UNKNOWN.slice(0, -2) + String(i + 10)) },
      '/excluded_segment_ids',
    ],
    [{ holdout: 10 }, '/holdout'],
  ])('refuses %j', async (wrong, pointer) => {
    const campaign = (await create({}).expect(201)).body;
    for (const answer of [await create(wrong), await edit(campaign, wrong)])
      expect(refusalFault(answer, { status: 400, pointer })).toBeUndefined();
    expect((await app.api.get(`/campaigns/${campaign.id}`)).body).toEqual(campaign);
  });

  it('whose not_after has passed can be edited otherwise', async () => {
    const campaign = (await create({ not_after: '2199-12-31T23:59:59Z' }).expect(201)).body;
    await app.db.query('UPDATE campaigns SET not_after = now() WHERE id = $1', [campaign.id]);

    const { body } = await edit(campaign, { name: 'Of before' }).expect(200);

    expect(body.name).toBe('Of before');
    expect(Date.parse(body.not_after)).toBeLessThan(Date.parse('2199-01-01'));
    await edit(body, { not_after: body.not_after }).expect(400);
    await edit(body, { not_after: null }).expect(200);
  });
});
