import { retryAfterSeconds } from './retry-after';

const NOW = Date.parse('2026-11-22T10:00:00Z');

it.each([
  ['0', 0],
  ['120', 120],
  ['999999999', 86_400],
  ['Sun, 22 Nov 2026 10:01:30 GMT', 90],
  ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
  ['soon', undefined],
  ['-5', undefined],
  ['1.5e3', undefined],
  ['', undefined],
  [undefined, undefined],
  [['1', '2'], undefined],
])('reads Retry-After: %p as %p seconds', (header, seconds) => {
  expect(retryAfterSeconds(header, NOW)).toBe(seconds);
});
