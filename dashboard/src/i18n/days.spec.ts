import { endOfDay, isDay, startOfDay, tomorrow } from './days';

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
