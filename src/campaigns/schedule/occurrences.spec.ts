import fc from 'fast-check';
import { type NaiveRule, naiveInstant, naiveWalls, written } from '../../../test/support/naive-occurrences';
import { Occurrences } from './occurrences';

const plan = (local_time: string, time_zone: string, recurrence: string | null = null) =>
  new Occurrences({ local_time, time_zone, recurrence });
const at = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString().replace('.000Z', 'Z'));
const BEGIN = Date.parse('1970-01-01T00:00:00Z');
const first = (occurrences: Occurrences, max: number, after = BEGIN) => occurrences.upcoming(after, max).map(at);

describe('a local time becomes an instant', () => {
  it.each([
    ['in winter', '2026-12-01T09:00:00', 'Europe/Madrid', '2026-12-01T08:00:00Z'],
    ['in summer', '2027-07-01T09:00:00', 'Europe/Madrid', '2027-07-01T07:00:00Z'],
    ['that the clocks leave out, as with the offset before', '2027-03-28T02:30:00', 'Europe/Madrid', '2027-03-28T01:30:00Z'],
    ['at the last second left out', '2027-03-28T02:59:59', 'Europe/Madrid', '2027-03-28T01:59:59Z'],
    ['at the first after it', '2027-03-28T03:00:00', 'Europe/Madrid', '2027-03-28T01:00:00Z'],
    ['that comes twice, the first time', '2026-10-25T02:30:00', 'Europe/Madrid', '2026-10-25T00:30:00Z'],
    ['that comes twice a year later, the first time', '2027-10-31T02:30:00', 'Europe/Madrid', '2027-10-31T00:30:00Z'],
    ['left out in New York', '2027-03-14T02:30:00', 'America/New_York', '2027-03-14T07:30:00Z'],
    ['twice in New York', '2027-11-07T01:30:00', 'America/New_York', '2027-11-07T05:30:00Z'],
    ['left out for half an hour', '2027-10-03T02:15:00', 'Australia/Lord_Howe', '2027-10-02T15:45:00Z'],
    ['twice within half an hour', '2027-04-04T01:45:00', 'Australia/Lord_Howe', '2027-04-03T14:45:00Z'],
    ['on the day that Samoa left out', '2011-12-30T09:00:00', 'Pacific/Apia', '2011-12-30T19:00:00Z'],
    ['in UTC', '2027-03-28T02:30:00', 'UTC', '2027-03-28T02:30:00Z'],
  ])('%s', (_, local, zone, instant) => {
    expect(first(plan(local, zone), 2)).toEqual([instant]);
  });

  it('is shown as the clocks show it', () => {
    const gap = plan('2027-03-28T02:30:00', 'Europe/Madrid');
    expect(gap.localTime(gap.next(BEGIN)!)).toBe('2027-03-28T03:30:00');
  });

  it('is over once it has passed', () => {
    const once = plan('2026-12-01T09:00:00', 'Europe/Madrid');
    const due = Date.parse('2026-12-01T08:00:00Z');
    expect([at(once.next(due - 1)), once.next(due)]).toEqual(['2026-12-01T08:00:00Z', undefined]);
    expect([once.between(due - 1, due), once.between(due, due + 1)]).toEqual([[due], []]);
  });
});

describe('a rule', () => {
  it('keeps its local time across both changes of the clocks', () => {
    const spring = plan('2027-03-26T09:00:00', 'Europe/Madrid', 'FREQ=DAILY');
    expect(first(spring, 4)).toEqual([
      '2027-03-26T08:00:00Z',
      '2027-03-27T08:00:00Z',
      '2027-03-28T07:00:00Z',
      '2027-03-29T07:00:00Z',
    ]);
    expect(first(spring, 3, Date.parse('2027-10-30T00:00:00Z'))).toEqual([
      '2027-10-30T07:00:00Z',
      '2027-10-31T08:00:00Z',
      '2027-11-01T08:00:00Z',
    ]);
  });

  it('is sent in the night the clocks go forward, once in the night they go back, and at its own time after both', () => {
    const nightly = plan('2027-03-27T02:30:00', 'Europe/Madrid', 'FREQ=DAILY');
    expect(first(nightly, 3)).toEqual(['2027-03-27T01:30:00Z', '2027-03-28T01:30:00Z', '2027-03-29T00:30:00Z']);
    expect(first(nightly, 3, Date.parse('2027-10-30T01:00:00Z'))).toEqual([
      '2027-10-31T00:30:00Z',
      '2027-11-01T01:30:00Z',
      '2027-11-02T01:30:00Z',
    ]);
  });

  it('of every hour has each instant once, where an hour is left out and where one comes twice', () => {
    expect(first(plan('2027-03-28T00:30:00', 'Europe/Madrid', 'FREQ=HOURLY'), 5)).toEqual([
      '2027-03-27T23:30:00Z',
      '2027-03-28T00:30:00Z',
      '2027-03-28T01:30:00Z',
      '2027-03-28T02:30:00Z',
      '2027-03-28T03:30:00Z',
    ]);
    expect(first(plan('2027-10-31T01:30:00', 'Europe/Madrid', 'FREQ=HOURLY'), 3)).toEqual([
      '2027-10-30T23:30:00Z',
      '2027-10-31T00:30:00Z',
      '2027-10-31T02:30:00Z',
    ]);
  });

  it('has one occurrence for the two days of Samoa that were one', () => {
    expect(first(plan('2011-12-29T09:00:00', 'Pacific/Apia', 'FREQ=DAILY'), 3)).toEqual([
      '2011-12-29T19:00:00Z',
      '2011-12-30T19:00:00Z',
      '2011-12-31T19:00:00Z',
    ]);
  });

  it.each<[string, Parameters<typeof plan>, string[]]>([
    [
      'with COUNT ends after so many',
      ['2026-12-01T09:00:00', 'UTC', 'FREQ=WEEKLY;BYDAY=MO,TH;COUNT=3'],
      ['2026-12-03T09:00:00Z', '2026-12-07T09:00:00Z', '2026-12-10T09:00:00Z'],
    ],
    [
      'with UNTIL ends with that instant, and not before it',
      ['2026-12-01T09:00:00', 'Europe/Madrid', 'FREQ=DAILY;UNTIL=20261202T080000Z'],
      ['2026-12-01T08:00:00Z', '2026-12-02T08:00:00Z'],
    ],
    [
      'with UNTIL a second earlier ends before it',
      ['2026-12-01T09:00:00', 'Europe/Madrid', 'FREQ=DAILY;UNTIL=20261202T075959Z'],
      ['2026-12-01T08:00:00Z'],
    ],
    [
      'of the 31st leaves out shorter months',
      ['2027-01-31T09:00:00', 'UTC', 'FREQ=MONTHLY;COUNT=4'],
      ['2027-01-31T09:00:00Z', '2027-03-31T09:00:00Z', '2027-05-31T09:00:00Z', '2027-07-31T09:00:00Z'],
    ],
    [
      'of the last Friday',
      ['2026-12-01T09:00:00', 'UTC', 'FREQ=MONTHLY;BYDAY=-1FR;COUNT=3'],
      ['2026-12-25T09:00:00Z', '2027-01-29T09:00:00Z', '2027-02-26T09:00:00Z'],
    ],
    [
      'of the last working day',
      ['2026-12-01T09:00:00', 'UTC', 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3'],
      ['2026-12-31T09:00:00Z', '2027-01-29T09:00:00Z', '2027-02-26T09:00:00Z'],
    ],
    [
      'of a leap day comes in leap years, and 2100 is none',
      ['2092-02-29T09:00:00', 'UTC', 'FREQ=YEARLY;UNTIL=21041231T000000Z'],
      ['2092-02-29T09:00:00Z', '2096-02-29T09:00:00Z', '2104-02-29T09:00:00Z'],
    ],
    [
      'of two hours a day',
      ['2026-12-01T09:15:00', 'UTC', 'FREQ=DAILY;BYHOUR=8,20;COUNT=3'],
      ['2026-12-01T20:15:00Z', '2026-12-02T08:15:00Z', '2026-12-02T20:15:00Z'],
    ],
    [
      'whose start is none of its days does not count it',
      ['2026-12-01T09:00:00', 'UTC', 'FREQ=WEEKLY;BYDAY=WE;COUNT=1'],
      ['2026-12-02T09:00:00Z'],
    ],
  ])('%s', (_, parts, instants) => {
    expect(first(plan(...parts), 5)).toEqual(instants);
  });

  it.each([
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=YEARLY;BYWEEKNO=20;BYMONTH=1',
    'FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=1;BYSETPOS=2',
    'FREQ=HOURLY;INTERVAL=24;BYHOUR=3',
    'FREQ=YEARLY;INTERVAL=1000',
    'FREQ=DAILY;COUNT=10',
    'FREQ=DAILY;UNTIL=20170101T000000Z',
  ])('that does not come again is found out: %s', (recurrence) => {
    expect(
      plan('2016-12-01T09:00:00', 'Europe/Madrid', recurrence).next(Date.parse('2026-12-01T10:00:00Z')),
    ).toBeUndefined();
  });

  it('has all that went by while nobody looked, however long that was', () => {
    const hourly = plan('2016-12-01T09:00:00', 'Europe/Madrid', 'FREQ=HOURLY');
    const [from, to] = [Date.parse('2025-01-01T00:00:00Z'), Date.parse('2026-01-01T00:00:00Z')];
    const found = hourly.between(from, to);
    expect([found.length, at(found[0]), at(found.at(-1))]).toEqual([8759, '2025-01-01T01:00:00Z', '2026-01-01T00:00:00Z']);
  });
});

describe('the occurrences of any rule', () => {
  const some = <T>(of: fc.Arbitrary<T>, maxLength = 3) => fc.array(of, { minLength: 1, maxLength });
  const hours = some(fc.integer({ min: 0, max: 23 }));
  const months = some(fc.integer({ min: 1, max: 12 }));
  const monthDays = some(fc.integer({ min: -31, max: 31 }).filter((n) => n !== 0));
  const days = some(fc.record({ day: fc.integer({ min: 1, max: 7 }) }));
  const nthDays = some(
    fc.record({ day: fc.integer({ min: 1, max: 7 }), nth: fc.constantFrom(undefined, 1, 2, 4, 5, -1, -2) }),
  );
  const interval = fc.integer({ min: 1, max: 5 });
  const optional: { requiredKeys: ['freq'] } = { requiredKeys: ['freq'] };
  const rules: fc.Arbitrary<NaiveRule> = fc.oneof(
    fc.record({ freq: fc.constant('HOURLY' as const), interval, byHour: hours, byDay: days, byMonth: months }, optional),
    fc.record(
      { freq: fc.constant('DAILY' as const), interval, byHour: hours, byDay: days, byMonth: months, byMonthDay: monthDays },
      optional,
    ),
    fc.record({ freq: fc.constant('WEEKLY' as const), interval, byHour: hours, byDay: days, byMonth: months }, optional),
    fc.record(
      {
        freq: fc.constant('MONTHLY' as const),
        interval,
        byHour: hours,
        byDay: nthDays,
        byMonth: months,
        byMonthDay: monthDays,
      },
      optional,
    ),
    fc.record(
      { freq: fc.constant('YEARLY' as const), interval, byHour: hours, byMonth: months, byMonthDay: monthDays },
      optional,
    ),
  );
  const zones = fc.constantFrom(
    'UTC',
    'Europe/Madrid',
    'America/New_York',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'Asia/Kolkata',
  );
  const starts = fc
    .integer({ min: Date.UTC(2010, 0, 1) / 1000, max: Date.UTC(2012, 0, 1) / 1000 })
    .map((seconds) => new Date(seconds * 1000).toISOString().slice(0, 19));
  const plans = fc
    .tuple(rules, zones, starts, fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }))
    .map(([rule, time_zone, local_time, count]) => ({ rule, time_zone, local_time, count }));
  type Given = typeof plans extends fc.Arbitrary<infer T> ? T : never;
  const DAY = 86_400_000;

  /** What the plan gives in 500 days, and the plan with as much of its COUNT as it gives in them. */
  function looked({ rule, time_zone, local_time, count }: Given): { expected: number[]; occurrences: Occurrences } {
    const start = Date.parse(`${local_time}Z`);
    const walls = naiveWalls(rule, start, start + 500 * DAY).slice(0, count);
    const counted = count !== undefined && walls.length > 0 ? `;COUNT=${walls.length}` : '';
    return {
      expected: [...new Set(walls.map((wall) => naiveInstant(wall, time_zone)))].sort((a, b) => a - b),
      occurrences: plan(local_time, time_zone, written(rule) + counted),
    };
  }

  it('are those found by looking at every hour of 500 days', () => {
    fc.assert(
      fc.property(plans, (given) => {
        const start = Date.parse(`${given.local_time}Z`);
        const { expected, occurrences } = looked(given);
        const found = occurrences.between(start - 2 * DAY, start + 490 * DAY);
        expect(found).toEqual(expected.filter((instant) => instant <= start + 490 * DAY));
      }),
      { numRuns: 50 },
    );
  });

  it('are found one after the other, from wherever one looks', () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: -2, max: 450 }), (given, days) => {
        const after = Date.parse(`${given.local_time}Z`) + days * DAY;
        const { expected, occurrences } = looked(given);
        const inMonth = (instant: number) => instant > after && instant <= after + 30 * DAY;
        expect(occurrences.upcoming(after, 4).filter(inMonth)).toEqual(expected.filter(inMonth).slice(0, 4));
      }),
      { numRuns: 50 },
    );
  });
});
