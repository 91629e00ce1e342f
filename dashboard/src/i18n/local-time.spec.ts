import { endOfDay, fromLocal, isDay, startOfDay, tomorrow, toLocal } from './local-time';

describe('a date and time field', () => {
  it('shows the instant it gives', () => {
    for (const instant of ['2026-07-01T12:30:00.000Z', '2026-12-31T23:59:00.000Z', '2026-12-31T23:59:08.000Z'])
      expect(fromLocal(toLocal(instant))).toBe(instant);
  });

  it('is the local time, to the second where it has some', () => {
    expect(toLocal(new Date(2026, 0, 5, 9, 7).toISOString())).toBe('2026-01-05T09:07');
    expect(toLocal(new Date(2026, 0, 5, 9, 7, 8).toISOString())).toBe('2026-01-05T09:07:08');
  });

  it('may be empty', () => {
    expect([toLocal(null), toLocal('soon'), fromLocal(''), fromLocal('soon')]).toEqual(['', '', null, null]);
  });
});

describe('a date field', () => {
  it('knows the day after, at the end of a year too', () => {
    expect(tomorrow(new Date(2026, 11, 31, 23, 59))).toBe('2027-01-01');
  });

  it('holds until the day is over', () => {
    expect(new Date(endOfDay('2026-02-28'))).toEqual(new Date(2026, 2, 1));
  });

  it('begins a day at midnight where the reader is', () => {
    expect(new Date(startOfDay('2026-02-28'))).toEqual(new Date(2026, 1, 28));
  });

  it.each(['', '2026', '2026-13-01', 'tomorrow', '2026-01-01T00:00'])('takes %p for no day', (text) => {
    expect(isDay(text)).toBe(false);
  });
});
