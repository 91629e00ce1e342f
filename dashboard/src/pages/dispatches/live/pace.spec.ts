import { paceOf, type Sample, withSample } from './pace';

const sample = (seconds: number, settled: number, written = 1000): Sample => ({ at: seconds * 1000, written, settled });

describe('the pace of a dispatch', () => {
  it('is what was settled in the window, by second, and what is left at that', () => {
    const samples = [sample(0, 100), sample(5, 300), sample(10, 600)];
    expect(paceOf(samples, 1000)).toEqual({ what: 'delivery', perSecond: 50, secondsLeft: 8 });
  });

  it('is that of writing while nothing is delivered yet', () => {
    const samples = [sample(0, 0, 10_000), sample(4, 0, 30_000)];
    expect(paceOf(samples, 50_000)).toEqual({ what: 'writing', perSecond: 5000, secondsLeft: 4 });
  });

  it('has no end in sight where nothing moves', () => {
    expect(paceOf([sample(0, 7), sample(9, 7)], 1000)).toEqual({
      what: 'delivery',
      perSecond: 0,
      secondsLeft: undefined,
    });
  });

  it('is not known before two seconds have passed', () => {
    expect(paceOf([], 10)).toBeUndefined();
    expect(paceOf([sample(0, 0)], 10)).toBeUndefined();
    expect(paceOf([sample(0, 0), sample(1.9, 5)], 10)).toBeUndefined();
    expect(paceOf([sample(0, 0), sample(2, 5)], 10)).toBeDefined();
  });

  it('is never negative: a redrive takes back what was settled', () => {
    expect(paceOf([sample(0, 900), sample(5, 800)], 1000)).toMatchObject({ perSecond: 0, secondsLeft: undefined });
    expect(paceOf([sample(0, 900), sample(5, 1100)], 1000)).toMatchObject({ secondsLeft: 0 });
  });
});

describe('the window', () => {
  it('keeps ten seconds, and one sample a moment', () => {
    let samples: Sample[] = [];
    for (let second = 0; second <= 30; second++) samples = withSample(samples, sample(second, second));
    expect(samples.map(({ at }) => at / 1000)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30]);
    expect(withSample(samples, sample(30, 99))).toHaveLength(11);
  });

  it('begins anew after a clock went back', () => {
    expect(withSample([sample(100, 1)], sample(50, 2))).toEqual([sample(50, 2)]);
  });
});
