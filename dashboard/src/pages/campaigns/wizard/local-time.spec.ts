import { fromLocal, toLocal } from './local-time';

describe('a date and time field', () => {
  it('shows the instant it gives, to the minute', () => {
    for (const instant of ['2026-07-01T12:30:00.000Z', '2026-12-31T23:59:00.000Z'])
      expect(fromLocal(toLocal(instant))).toBe(instant);
    expect(toLocal('2026-07-01T12:30:00.000Z')).toMatch(/^2026-0[67]-\d\dT\d\d:\d\d$/);
  });

  it('may be empty', () => {
    expect([toLocal(null), fromLocal(''), fromLocal('soon')]).toEqual(['', null, null]);
  });
});
