import fc from 'fast-check';
import { Occurrences } from './occurrences';
import { parseRecurrence, RecurrenceFault } from './recurrence';

const parsed = (text: string) => parseRecurrence(text);

describe('a recurrence', () => {
  it('is read with what bounds it apart', () => {
    expect(parsed('FREQ=WEEKLY;BYDAY=MO,TH;COUNT=10')).toEqual({ rule: 'FREQ=WEEKLY;BYDAY=MO,TH', count: 10 });
    expect(parsed('RRULE:FREQ=DAILY;COUNT=3')).toEqual({ rule: 'FREQ=DAILY', count: 3 });
    expect(parsed('until=20271231t225959z;freq=monthly;byday=-1fr')).toEqual({
      rule: 'FREQ=MONTHLY;BYDAY=-1FR',
      until: Date.parse('2027-12-31T22:59:59Z'),
    });
  });

  it.each([
    ['', '"" is no part of a rule'],
    ['DAILY', '"DAILY" is no part of a rule'],
    ['RRULE:RRULE:FREQ=DAILY', '"RRULE:FREQ" is no part of a rule'],
    ['DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY', 'is no part of a rule'],
    ['FREQ=DAILY;', '"" is no part of a rule'],
    ['FREQ=DAILY\nDTSTART:20260101T000000Z', 'FREQ must be'],
    ['FREQ=DAILY;DTSTART=20260101T000000Z', '"DTSTART" is no part of a rule'],
    ['FREQ=DAILY;RSCALE=HEBREW', '"RSCALE" is no part of a rule'],
    ['FREQ=DAILY;SKIP=FORWARD', '"SKIP" is no part of a rule'],
    ['FREQ=DAILY;RDATE=20260101T000000Z', '"RDATE" is no part of a rule'],
    ['FREQ=DAILY;X-MINE=1', '"X-MINE" is no part of a rule'],
    ['FREQ=DAILY;__PROTO__=1', '"__PROTO__" is no part of a rule'],
    ['FREQ=DAILY;CONSTRUCTOR=1', '"CONSTRUCTOR" is no part of a rule'],
    ['INTERVAL=2', 'FREQ is missing'],
    ['FREQ=DAILY;FREQ=WEEKLY', 'FREQ stands in it twice'],
    ['FREQ=SECONDLY', 'FREQ must be'],
    ['FREQ=MINUTELY;INTERVAL=120', 'FREQ must be'],
    ['FREQ=HOURLY;BYMINUTE=0,30', 'BYMINUTE must be one minute'],
    ['FREQ=DAILY;BYHOUR=9;BYMINUTE=0,1', 'BYMINUTE must be one minute'],
    ['FREQ=DAILY;BYSECOND=0,1', 'BYSECOND must be one second'],
    ['FREQ=DAILY;BYSECOND=60', 'BYSECOND must be one second'],
    ['FREQ=DAILY;INTERVAL=0', 'INTERVAL must be'],
    ['FREQ=DAILY;INTERVAL=-1', 'INTERVAL must be'],
    ['FREQ=DAILY;INTERVAL=1001', 'INTERVAL must be'],
    ['FREQ=DAILY;INTERVAL=1e1', 'INTERVAL must be'],
    ['FREQ=DAILY;INTERVAL=0x10', 'INTERVAL must be'],
    ['FREQ=DAILY;COUNT=0', 'COUNT must be'],
    ['FREQ=DAILY;COUNT=1001', 'COUNT must be'],
    ['FREQ=DAILY;COUNT=99999999999999999999', 'COUNT must be'],
    ['FREQ=DAILY;COUNT=', 'COUNT must be'],
    ['FREQ=DAILY;COUNT', 'COUNT must be'],
    ['FREQ=DAILY;COUNT=3=4', 'COUNT must be'],
    ['FREQ=DAILY;COUNT=3;UNTIL=20271231T000000Z', 'COUNT and UNTIL exclude each other'],
    ['FREQ=DAILY;UNTIL=20271231', 'UNTIL must be'],
    ['FREQ=DAILY;UNTIL=20271231T000000', 'UNTIL must be'],
    ['FREQ=DAILY;UNTIL=20270230T000000Z', 'UNTIL must be'],
    ['FREQ=DAILY;UNTIL=20271231T240000Z', 'UNTIL must be'],
    ['FREQ=DAILY;UNTIL=00000101T000000Z', 'UNTIL must be'],
    ['FREQ=DAILY;UNTIL=22010101T000000Z', 'UNTIL must be'],
    ['FREQ=DAILY;BYHOUR=24', 'BYHOUR must be'],
    ['FREQ=DAILY;BYHOUR=', 'BYHOUR must be'],
    ['FREQ=DAILY;BYHOUR=9,', 'BYHOUR must be'],
    ['FREQ=DAILY;BYHOUR=-1', 'BYHOUR must be'],
    ['FREQ=DAILY;BYMONTH=13', 'BYMONTH must be'],
    ['FREQ=DAILY;BYMONTH=5L', 'BYMONTH must be'],
    ['FREQ=MONTHLY;BYMONTHDAY=32', 'BYMONTHDAY must be'],
    ['FREQ=MONTHLY;BYMONTHDAY=0', 'BYMONTHDAY must be'],
    ['FREQ=MONTHLY;BYDAY=XX', 'BYDAY must be'],
    ['FREQ=MONTHLY;BYDAY=MONDAY', 'BYDAY must be'],
    ['FREQ=MONTHLY;BYDAY=0MO', 'BYDAY must be'],
    ['FREQ=YEARLY;BYDAY=54MO', 'BYDAY must be'],
    ['FREQ=YEARLY;BYWEEKNO=54', 'BYWEEKNO must be'],
    ['FREQ=YEARLY;BYYEARDAY=367', 'BYYEARDAY must be'],
    ['FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0', 'BYSETPOS must be'],
    ['FREQ=MONTHLY;BYSETPOS=1', 'BYSETPOS needs another part'],
    ['FREQ=DAILY;BYHOUR=8,9;BYSETPOS=1', 'BYSETPOS does not go with FREQ=DAILY'],
    ['FREQ=MONTHLY;BYDAY=MO;BYHOUR=8,9;BYSETPOS=1', 'BYSETPOS goes with one BYHOUR'],
    ['FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=8', 'BYSETPOS with FREQ=WEEKLY must be'],
    ['FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,-32', 'BYSETPOS with FREQ=MONTHLY must be'],
    ['FREQ=WEEKLY;WKST=1', 'WKST must be'],
    ['FREQ=WEEKLY;BYMONTHDAY=1', 'BYMONTHDAY does not go with FREQ=WEEKLY'],
    ['FREQ=DAILY;BYYEARDAY=1', 'BYYEARDAY does not go with FREQ=DAILY'],
    ['FREQ=MONTHLY;BYWEEKNO=1', 'BYWEEKNO does not go with FREQ=MONTHLY'],
    ['FREQ=WEEKLY;BYDAY=1MO', 'BYDAY with numbers goes with FREQ=MONTHLY'],
    ['FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO', 'BYDAY with numbers goes with FREQ=MONTHLY'],
    [`FREQ=YEARLY;BYDAY=${'MO,'.repeat(400)}MO`, 'BYDAY must be'],
  ])('refuses %s', (text, why) => {
    expect(() => parsed(text)).toThrow(RecurrenceFault);
    expect(() => parsed(text)).toThrow(why);
  });

  const number = (min: number, max: number) => fc.integer({ min, max }).filter((n) => n !== 0);
  const list = (item: fc.Arbitrary<unknown>) => fc.array(item, { minLength: 1, maxLength: 4 }).map((items) => items.join());
  const parts = fc.record(
    {
      FREQ: fc.constantFrom('HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'),
      INTERVAL: fc.constantFrom(1, 2, 7, 12, 24, 1000),
      COUNT: fc.constantFrom(1, 10, 1000),
      BYMONTH: list(number(1, 12)),
      BYWEEKNO: list(number(-53, 53)),
      BYYEARDAY: list(number(-366, 366)),
      BYMONTHDAY: list(number(-31, 31)),
      BYDAY: list(fc.constantFrom('MO', 'SU', '1TU', '-1FR', '5WE', '53TH')),
      BYHOUR: list(fc.integer({ min: 0, max: 23 })),
      BYMINUTE: fc.constant(30),
      BYSETPOS: list(number(-366, 366)),
      WKST: fc.constantFrom('MO', 'SU', 'WE'),
    },
    { requiredKeys: ['FREQ'] },
  );

  it('that is let in is followed to its end or given up: the library throws at none, and looks for none without end', () => {
    const start = { local_time: '2016-12-01T09:00:00', time_zone: 'Europe/Madrid' };
    const after = Date.parse('2026-12-01T10:00:00Z');
    fc.assert(
      fc.property(parts, (values) => {
        const recurrence = Object.entries(values)
          .map(([name, value]) => `${name}=${value}`)
          .join(';');
        try {
          const at = new Occurrences({ ...start, recurrence }).next(after);
          expect(at === undefined || at > after).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(RecurrenceFault);
        }
      }),
      { numRuns: 200 },
    );
  });
});
