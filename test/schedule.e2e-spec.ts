import { startApp, type TestApp } from './support/app';
import { refusalFault } from './support/refusal';
import { address, ONCE, QUIET, schedules } from './support/schedules';

let app: TestApp;
let on: ReturnType<typeof schedules>;
let campaign: { id: string };
beforeAll(async () => {
  app = await startApp(QUIET);
  on = schedules(app);
});
afterAll(() => app.close());
beforeEach(async () => void (campaign = await on.campaign()));

describe('a schedule', () => {
  it('is made, read, replaced and removed', async () => {
    const made = await on.put(campaign, { ...ONCE, recurrence: 'freq=yearly;count=2' }).expect(201);
    expect(made.body).toMatchObject({
      campaign_id: campaign.id,
      scheduled_at: '2199-12-01T09:00:00',
      time_zone: 'Europe/Madrid',
      recurrence: 'FREQ=YEARLY;COUNT=2',
      max_lateness_minutes: 60,
      next_at: '2199-12-01T08:00:00.000Z',
      upcoming: [
        { due_at: '2199-12-01T08:00:00.000Z', local_time: '2199-12-01T09:00:00' },
        { due_at: '2200-12-01T08:00:00.000Z', local_time: '2200-12-01T09:00:00' },
      ],
    });
    expect([made.headers.location, made.headers.etag]).toEqual([address(campaign), '"1"']);
    expect((await app.api.get(address(campaign)).expect(200)).body).toEqual(made.body);

    const replaced = await on
      .put(campaign, { ...ONCE, time_zone: 'america/new_york', recurrence: null, max_lateness_minutes: 5 })
      .expect(200);
    expect(replaced.body).toMatchObject({
      time_zone: 'America/New_York',
      recurrence: null,
      max_lateness_minutes: 5,
      next_at: '2199-12-01T14:00:00.000Z',
      created_by: made.body.created_by,
      created_at: made.body.created_at,
    });
    expect([replaced.headers.location, replaced.headers.etag]).toEqual([undefined, '"2"']);

    await app.api.delete(address(campaign)).expect(204);
    const gone = await app.api.get(address(campaign));
    expect(refusalFault(gone, { status: 404, type: 'schedule-not-found' })).toBeUndefined();
    expect((await app.api.delete(address(campaign))).body.type).toBe('urn:crm-service:problem:schedule-not-found');
  });

  it('belongs to a campaign that exists', async () => {
    const nobody = { id: '00000000-0000-4000-8000-000000000000' };
    for (const answer of [
      await on.put(nobody),
      await app.api.get(address(nobody)),
      await app.api.delete(address(nobody)),
      await app.api.get(`${address(nobody)}/occurrences`),
    ])
      expect(refusalFault(answer, { status: 404, type: 'campaign-not-found' })).toBeUndefined();
  });

  it('is edited only by whoever read it last, where they say what they read', async () => {
    await on.put(campaign).set('If-Match', '"1"').expect(412); // there is none
    await on.put(campaign).expect(201);
    await on.put(campaign).set('If-Match', '"1"').expect(200);
    await on.put(campaign).set('If-Match', '"1"').expect(412);
    await app.api.delete(address(campaign)).set('If-Match', '"1"').expect(412);
    expect((await app.api.get(address(campaign)).expect(200)).headers.etag).toBe('"2"');
    await app.api.delete(address(campaign)).set('If-Match', '"2"').expect(204);
  });

  it('is made once where two make it at the same moment', async () => {
    const answers = await Promise.all([on.put(campaign), on.put(campaign)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 201]);
    expect(answers.map(({ headers }) => headers.etag).sort()).toEqual(['"1"', '"2"']);
  });

  it.each<[string, object, string]>([
    ['no time', { time_zone: 'UTC' }, '/scheduled_at'],
    ['no zone', { scheduled_at: '2199-12-01T09:00' }, '/time_zone'],
    ['an offset', { ...ONCE, scheduled_at: '2199-12-01T09:00Z' }, '/scheduled_at'],
    ['a fraction', { ...ONCE, scheduled_at: '2199-12-01T09:00:00.5' }, '/scheduled_at'],
    ['a day that does not exist', { ...ONCE, scheduled_at: '2199-02-30T09:00' }, '/scheduled_at'],
    ['24:00', { ...ONCE, scheduled_at: '2199-12-01T24:00' }, '/scheduled_at'],
    ['the year 2201', { ...ONCE, scheduled_at: '2201-01-01T00:00' }, '/scheduled_at'],
    ['a word of PostgreSQL', { ...ONCE, scheduled_at: 'tomorrow' }, '/scheduled_at'],
    ['a time that has passed', { ...ONCE, scheduled_at: '2020-01-01T00:00' }, '/scheduled_at'],
    ['no such zone', { ...ONCE, time_zone: 'Europe/Nowhere' }, '/time_zone'],
    ['an offset for a zone', { ...ONCE, time_zone: '+01:00' }, '/time_zone'],
    ['a date with a zone', { ...ONCE, time_zone: '2020-01-01T00:00[Europe/Madrid]' }, '/time_zone'],
    ['a number for a zone', { ...ONCE, time_zone: 1 }, '/time_zone'],
    ['an empty rule', { ...ONCE, recurrence: '' }, '/recurrence'],
    ['every minute', { ...ONCE, recurrence: 'FREQ=MINUTELY' }, '/recurrence'],
    ['every half hour', { ...ONCE, recurrence: 'FREQ=HOURLY;BYMINUTE=0,30' }, '/recurrence'],
    ['the 30th of February', { ...ONCE, recurrence: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }, '/recurrence'],
    ['a rule that is over', { ...ONCE, scheduled_at: '2020-01-01T00:00', recurrence: 'FREQ=DAILY;COUNT=3' }, '/recurrence'],
    ['another calendar', { ...ONCE, recurrence: 'RSCALE=HEBREW;FREQ=YEARLY' }, '/recurrence'],
    ['a rule of 501 characters', { ...ONCE, recurrence: `FREQ=DAILY;BYHOUR=${'1,'.repeat(241)}1` }, '/recurrence'],
    ['no minutes', { ...ONCE, max_lateness_minutes: 0 }, '/max_lateness_minutes'],
    ['two days', { ...ONCE, max_lateness_minutes: 2880 }, '/max_lateness_minutes'],
    ['half a minute', { ...ONCE, max_lateness_minutes: 0.5 }, '/max_lateness_minutes'],
    ['null minutes', { ...ONCE, max_lateness_minutes: null }, '/max_lateness_minutes'],
    ['an unknown field', { ...ONCE, rrule: 'FREQ=DAILY' }, '/rrule'],
  ])('refuses %s', async (_, body, pointer) => {
    expect(refusalFault(await on.put(campaign, body), { status: 400, pointer })).toBeUndefined();
    await app.api.get(address(campaign)).expect(404);
  });
});
