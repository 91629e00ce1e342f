import { fromRule, ONCE, startOf, toRule } from './recurrence';

describe('a recurrence', () => {
  it.each([
    null,
    'FREQ=DAILY',
    'FREQ=DAILY;INTERVAL=2;COUNT=10',
    'FREQ=WEEKLY;BYDAY=MO,TH',
    'FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;COUNT=3',
    'FREQ=MONTHLY;BYMONTHDAY=15',
    'FREQ=MONTHLY;BYMONTHDAY=-1',
  ])('%s is a choice, and the same rule again', (rule) => {
    expect(fromRule(rule).kind).not.toBe('rule');
    expect(toRule(fromRule(rule))).toBe(rule);
  });

  it.each([
    'FREQ=HOURLY',
    'FREQ=MONTHLY',
    'FREQ=MONTHLY;BYDAY=1MO',
    'FREQ=WEEKLY;BYDAY=MO;BYHOUR=9,18',
    'FREQ=DAILY;UNTIL=20271231T235959Z',
    'FREQ=MONTHLY;BYMONTHDAY=1,15',
  ])('%s stays the rule it is', (rule) => {
    expect(fromRule(rule)).toMatchObject({ kind: 'rule', rule });
    expect(toRule(fromRule(rule))).toBe(rule);
  });

  it('has its days in the order of the week', () => {
    expect(toRule({ ...ONCE, kind: 'weekly', weekdays: ['FR', 'MO'] })).toBe('FREQ=WEEKLY;BYDAY=MO,FR');
  });

  it('begins on a day', () => {
    expect(startOf('2026-12-01T09:00')).toEqual({ weekday: 'TU', monthDay: 1 });
    expect(startOf('2026-11-29')).toEqual({ weekday: 'SU', monthDay: 29 });
    expect(startOf('')).toEqual({ weekday: 'MO', monthDay: 1 });
  });
});
