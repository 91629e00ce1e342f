import { marksOf, verdictOf } from './interval';

describe('an interval', () => {
  it('is drawn on a line that holds it and the zero', () => {
    const marks = marksOf({ estimate: 6, low: 4, high: 8 });
    expect(marks.zero).toBeCloseTo(0.06);
    expect(marks.estimate).toBeCloseTo(0.72);
    expect(marks.high).toBeCloseTo(0.94);
    const below = marksOf({ estimate: -1, low: -3, high: 1 });
    expect([below.low, below.zero, below.high]).toEqual([expect.closeTo(0.06), expect.closeTo(0.72), expect.closeTo(0.94)]);
  });

  it('without bounds, or of nothing, is a dot', () => {
    expect(marksOf({ estimate: 0, low: null, high: null })).toEqual({
      zero: 0.5,
      estimate: 0.5,
      low: undefined,
      high: undefined,
    });
  });

  it.each([
    [{ estimate: 6, low: 4, high: 8 }, 'more'],
    [{ estimate: -6, low: -8, high: -4 }, 'less'],
    [{ estimate: 1, low: -2, high: 4 }, 'chance'],
    [{ estimate: 1, low: 0, high: 2 }, 'chance'],
    [{ estimate: 1, low: null, high: null }, 'chance'],
  ] as const)('%j says %s', (estimate, verdict) => {
    expect(verdictOf(estimate)).toBe(verdict);
  });
});
