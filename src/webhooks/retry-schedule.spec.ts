import { retryIn } from './retry-schedule';

const HOUR = 3600;

it('nine more attempts follow the first, as Standard Webhooks has them, and then none', () => {
  const waits = Array.from({ length: 11 }, (_, i) => retryIn(i + 1, 0, 0));
  expect(waits).toEqual([
    5,
    300,
    1800,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
    undefined,
    undefined,
  ]);
});

it('each is up to a tenth later, and never earlier', () => {
  expect([retryIn(2, 0, 0), retryIn(2, 0, 0.5), retryIn(2, 0, 1)]).toEqual([300, 315, 330]);
  for (let i = 0; i < 100; i++) {
    expect(retryIn(4)).toBeGreaterThanOrEqual(2 * HOUR);
    expect(retryIn(4)).toBeLessThanOrEqual(2.2 * HOUR);
  }
});

it('a far side that asks for time gets it, and no attempt more', () => {
  expect(retryIn(1, 600, 0)).toBe(600);
  expect(retryIn(2, 10, 0)).toBe(300);
  expect(retryIn(10, 600, 0)).toBeUndefined();
});
