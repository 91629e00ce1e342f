import { isTypedNumber, mustType } from './typed-number';

describe('the number that is typed', () => {
  it('is asked for above a hundred', () => {
    expect([mustType(100), mustType(101)]).toEqual([false, true]);
  });

  it.each([
    ['1204', true],
    ['1,204', true],
    [' 1 204 ', true],
    ['1.204', false],
    ['120', false],
    ['12040', false],
    ['', false],
    ['1204.0', false],
    ['1.2e3', false],
  ])('%j is %s', (typed, is) => {
    expect(isTypedNumber(typed, 1204, '1,204')).toBe(is);
  });

  it('is taken as it is written elsewhere', () => {
    expect(isTypedNumber('1.204', 1204, '1.204')).toBe(true);
    expect(isTypedNumber('1 204', 1204, '1\u202f204')).toBe(true);
  });
});
