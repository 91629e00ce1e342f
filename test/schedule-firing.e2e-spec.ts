import { startApp, type TestApp } from './support/app';
import { eventually } from './support/eventually';
import { hold } from './support/hold';
import { address, type Occurrence, ONCE, QUIET, schedules } from './support/schedules';

let app: TestApp;
let on: ReturnType<typeof schedules>;
let campaign: { id: string };
beforeAll(async () => {
  app = await startApp(QUIET);
  on = schedules(app);
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.db.query('TRUNCATE schedule_occurrences, campaign_schedules, dispatches CASCADE');
  campaign = await on.campaign();
});
afterEach(() => jest.useRealTimers());

/** Everything but Date: what waits goes on waiting. */
const REAL = [
  ...(['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const),
  ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
];

/** Ends the connection that waits for a lock, as the end of its process would. */
const killWaiting = () =>
  app.db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'`);

describe('an occurrence', () => {
  it('starts one dispatch, and after the last there is none to come', async () => {
    await on.put(campaign).expect(201);
    await on.dueSince(campaign, 5);
    await on.fire();

    const [dispatch, ...more] = await on.dispatches(campaign);
    expect([dispatch.requested_by, more]).toEqual(['schedule', []]);
    expect(await on.occurrences(campaign)).toEqual([
      { due_at: expect.any(String), outcome: 'dispatched', dispatch_id: dispatch.id, detail: '' },
    ]);
    expect((await app.api.get(address(campaign)).expect(200)).body).toMatchObject({ next_at: null, upcoming: [] });
  });

  it('is fired by a process that dispatches, and its notifications are written', async () => {
    const customer = await app.make.customer();
    await on.put(campaign).expect(201);
    await on.dueSince(campaign, 5);
    const running = await startApp({ DATABASE_URL: app.db.url });
    try {
      await eventually(async () => {
        const [dispatch] = (await app.api.get(`/campaigns/${campaign.id}/dispatches`).expect(200)).body;
        expect(dispatch).toMatchObject({ status: 'dispatched', requested_by: 'schedule', progress: { queued: 1 } });
      });
    } finally {
      await running.close();
      await app.db.query('DELETE FROM users WHERE id = $1', [customer.id]);
    }
  });

  it('is fired once, whoever looks at the same moment', async () => {
    const other = await startApp({ ...QUIET, DATABASE_URL: app.db.url });
    try {
      const many = await Promise.all(Array.from({ length: 12 }, on.campaign));
      for (const one of many) await on.put(one).expect(201);
      for (const one of many) await on.dueSince(one, 5);

      await Promise.all([on.fire(), on.fire(other), on.fire(), on.fire(other)]);

      for (const one of many)
        expect([await on.outcomes(one), (await on.dispatches(one)).length]).toEqual([['dispatched'], 1]);
    } finally {
      await other.close();
    }
  });

  it('is not fired before its time', async () => {
    await on.put(campaign).expect(201);
    await on.dueSince(campaign, -60);
    await on.fire();
    expect([await on.outcomes(campaign), await on.dispatches(campaign)]).toEqual([[], []]);
  });

  it('that was slept through for hours is missed, and nothing is sent', async () => {
    await on.put(campaign).expect(201);
    await on.dueSince(campaign, 3 * 3600);
    await on.fire();

    expect(await on.dispatches(campaign)).toEqual([]);
    expect(await on.occurrences(campaign)).toMatchObject([
      { outcome: 'missed', dispatch_id: null, detail: 'It would have been 180 minutes late, and may be 60.' },
    ]);
    expect(await on.nextAt(campaign)).toBeNull();
  });

  it('that can still be sent is, once for all that came due, and the rule goes on', async () => {
    const started = await on.fromNow(-10 * 3600 - 300); // every hour, five minutes ago the last time
    await on.put(campaign, { scheduled_at: started, time_zone: 'UTC', recurrence: 'FREQ=HOURLY' }).expect(201);
    const due = (hours: number) => new Date(Date.parse(`${started}Z`) + hours * 3_600_000).toISOString();
    await on.dueAt(campaign, due(7));
    await on.fire();

    expect((await on.occurrences(campaign)).map(({ due_at, outcome }) => [due_at, outcome])).toEqual([
      [due(10), 'dispatched'],
      [due(9), 'missed'],
      [due(8), 'missed'],
      [due(7), 'missed'],
    ]);
    expect((await on.occurrences(campaign))[0].detail).toBe(`3 before it were missed since ${due(7)}.`);
    expect([(await on.dispatches(campaign)).length, await on.nextAt(campaign)]).toEqual([1, due(11)]);
  });

  it('of which hundreds were missed has the last hundred on record, page by page', async () => {
    const started = await on.fromNow(-400 * 3600 - 1800);
    await on
      .put(campaign, { scheduled_at: started, time_zone: 'UTC', recurrence: 'FREQ=HOURLY', max_lateness_minutes: 1 })
      .expect(201);
    await on.dueAt(campaign, `${started}Z`);
    await on.fire();

    const first = await app.api
      .get(`${address(campaign)}/occurrences`)
      .query({ limit: 60 })
      .expect(200);
    const [, next] = /<(.*)>/.exec(first.headers.link)!;
    const second = await app.api.get(next).expect(200);
    expect([first.headers['x-total-count'], first.body.length, second.body.length]).toEqual(['100', 60, 40]);
    expect(first.body[0].detail).toContain('400 before it were missed');
    const all: Occurrence[] = [...first.body, ...second.body];
    const times = all.map(({ due_at }) => due_at);
    expect(times).toEqual([...times].sort().reverse());
    expect(new Set(all.map(({ outcome }) => outcome))).toEqual(new Set(['missed']));
    expect(await on.dispatches(campaign)).toEqual([]);
  });

  it('of a campaign that is not active is refused, and the rule goes on', async () => {
    await on.put(campaign, { ...ONCE, scheduled_at: '2020-01-01T09:00', recurrence: 'FREQ=DAILY' }).expect(201);
    await app.api.delete(`/campaigns/${campaign.id}`).expect(204);
    await on.dueSince(campaign, 5);
    await on.fire();

    expect(await on.occurrences(campaign)).toMatchObject([
      { outcome: 'refused', detail: expect.stringContaining('campaign-inactive') },
    ]);
    expect(await on.dispatches(campaign)).toEqual([]);
    expect(Date.parse((await on.nextAt(campaign))!)).toBeGreaterThan(Date.parse(`${await on.fromNow(0)}Z`));
  });

  it('of a campaign whose time is over is refused, and is the last', async () => {
    await on.put(campaign, { ...ONCE, scheduled_at: '2020-01-01T09:00', recurrence: 'FREQ=DAILY' }).expect(201);
    await app.db.query(`UPDATE campaigns SET not_after = now() - interval '1 minute' WHERE id = $1`, [campaign.id]);
    await on.dueSince(campaign, 5);
    await on.fire();

    expect(await on.occurrences(campaign)).toMatchObject([
      { outcome: 'refused', detail: expect.stringContaining('campaign-expired') },
    ]);
    expect(await on.nextAt(campaign)).toBeNull();
  });

  it('waits for a dispatch that is under way, as long as it may be late', async () => {
    const dispatch = await app.api.post(`/campaigns/${campaign.id}/dispatch`).set('Prefer', 'wait=0').expect(202);
    await on.put(campaign).expect(201);
    await on.dueSince(campaign, 5);
    const due = await on.nextAt(campaign);
    await on.fire();
    expect([await on.outcomes(campaign), await on.nextAt(campaign)]).toEqual([[], due]);

    await app.api.post(`/dispatches/${dispatch.body.id}/cancel`).expect(200);
    await on.fire();
    expect([await on.outcomes(campaign), (await on.dispatches(campaign)).length]).toEqual([['dispatched'], 2]);
  });

  it('is missed where that dispatch takes too long, and says so', async () => {
    await app.api.post(`/campaigns/${campaign.id}/dispatch`).set('Prefer', 'wait=0').expect(202);
    await on.put(campaign).expect(201);
    await on.dueSince(campaign, 3601);
    await on.fire();
    expect(await on.occurrences(campaign)).toMatchObject([
      { outcome: 'missed', detail: expect.stringContaining('Another dispatch of the campaign is under way or paused.') },
    ]);
  });

  it('that cannot be understood keeps no other waiting', async () => {
    const broken = await on.campaign();
    await on.put(broken).expect(201);
    await on.put(campaign).expect(201);
    await app.db.query(`UPDATE campaign_schedules SET recurrence = 'FREQ=NEVER' WHERE campaign_id = $1`, [broken.id]);
    await on.dueSince(broken, 50);
    await on.dueSince(campaign, 5);

    await expect(on.fire()).rejects.toThrow('FREQ must be');
    expect([await on.outcomes(campaign), await on.outcomes(broken)]).toEqual([['dispatched'], []]);
  });

  it('whose process dies before COMMIT is fired by another', async () => {
    await on.put(campaign).expect(201);
    await on.dueSince(campaign, 5);
    const gate = await hold(app.db, 'LOCK TABLE dispatches IN EXCLUSIVE MODE');
    const dying = on.fire().catch((error: Error) => error);
    await gate.waitedForBy(1);
    await killWaiting();
    expect(await dying).toBeInstanceOf(Error);
    await gate.release();
    expect([await on.outcomes(campaign), await on.dispatches(campaign)]).toEqual([[], []]);

    await on.fire();
    expect([await on.outcomes(campaign), (await on.dispatches(campaign)).length]).toEqual([['dispatched'], 1]);
  });

  it('is decided by the clock of the database, whatever the process believes', async () => {
    await on.put(campaign).expect(201);
    for (const hours of [1, -1, 24 * 365]) {
      jest.useFakeTimers({ now: Date.now() + hours * 3_600_000, doNotFake: REAL });
      await on.dueSince(campaign, -1800); // in half an hour
      await on.fire();
      expect(await on.outcomes(campaign)).toEqual([]);
      const soon = { scheduled_at: await on.fromNow(1800), time_zone: 'UTC' };
      await on.put(campaign, soon).expect(200);
      await on.put(campaign, { ...soon, scheduled_at: await on.fromNow(-5) }).expect(400);
      jest.useRealTimers();
    }
    jest.useFakeTimers({ now: Date.now() - 7_200_000, doNotFake: REAL });
    await on.dueSince(campaign, 1);
    await on.fire();
    expect(await on.outcomes(campaign)).toEqual(['dispatched']);
  });
});

describe('an edit of what is due at this moment', () => {
  it('keeps it due where the new plan has it too', async () => {
    const scheduled_at = await on.fromNow(-5);
    const daily = { scheduled_at, time_zone: 'UTC', recurrence: 'FREQ=DAILY' };
    await on.put(campaign, daily).expect(201);
    await on.dueAt(campaign, `${scheduled_at}Z`);

    await on.put(campaign, { ...daily, max_lateness_minutes: 10 }).expect(200);
    await on.fire();
    expect(await on.outcomes(campaign)).toEqual(['dispatched']);
  });

  it('puts it on record where the new plan does not have it', async () => {
    await on.put(campaign).expect(201);
    await on.dueSince(campaign, 5);
    await on.put(campaign).expect(200);
    await on.dueSince(campaign, 2);
    await app.api.delete(address(campaign)).expect(204);
    await on.fire();

    expect((await on.occurrences(campaign)).map(({ detail }) => detail)).toEqual([
      'The schedule was removed before it could be fired.',
      'The schedule was changed before it could be fired.',
    ]);
    expect(await on.dispatches(campaign)).toEqual([]);
  });

  it('and the firing of it come one after the other', async () => {
    for (let round = 0; round < 10; round++) {
      const one = await on.campaign();
      await on.put(one).expect(201);
      await on.dueSince(one, 5);
      const edit = round % 2 ? on.put(one).expect(200) : app.api.delete(address(one)).expect(204);

      await Promise.all([edit, on.fire()]);

      const [outcome, ...more] = await on.outcomes(one);
      expect([more, (await on.dispatches(one)).length]).toEqual([[], outcome === 'dispatched' ? 1 : 0]);
      if (round % 2) expect(await on.nextAt(one)).toBe('2199-12-01T08:00:00.000Z');
    }
  });
});
