import { conversionDifference, type Interval, leastExpected, meanDifference, times } from './effect';

const of = (buyers: number, customers: number) => ({ buyers, customers });

/** What a group of these amounts is summed up to. */
function sample(amounts: number[]) {
  const customers = amounts.length;
  const revenue = amounts.reduce((sum, amount) => sum + amount, 0);
  const squares = amounts.reduce((sum, amount) => sum + (amount - revenue / customers) ** 2, 0);
  return { customers, revenue, variance: customers < 2 ? null : squares / (customers - 1) };
}

describe('the difference of conversions', () => {
  // Newcombe 1998, Table II, method 10
  it.each([
    [of(56, 70), of(48, 80), 0.0524, 0.3339],
    [of(9, 10), of(3, 10), 0.1705, 0.809],
    [of(6, 7), of(2, 7), 0.0582, 0.8062],
    [of(5, 56), of(0, 29), -0.0381, 0.1926],
    [of(0, 10), of(0, 20), -0.1611, 0.2775],
    [of(0, 10), of(0, 10), -0.2775, 0.2775],
    [of(10, 10), of(0, 20), 0.6791, 1],
    [of(10, 10), of(0, 10), 0.6075, 1],
  ])('has the published interval: %j - %j', (first, second, low, high) => {
    const interval = conversionDifference(first, second)!;
    expect(interval.estimate).toBe(first.buyers / first.customers - second.buyers / second.customers);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('turns round with its groups', () => {
    const [one, other] = [conversionDifference(of(56, 70), of(48, 80))!, conversionDifference(of(48, 80), of(56, 70))!];
    expect([other.estimate, other.low, other.high]).toEqual([-one.estimate, -one.high!, -one.low!]);
  });

  it('stays a share where all buy or nobody does, and is none without customers', () => {
    for (const [first, second] of [
      [of(0, 1), of(0, 1)],
      [of(1, 1), of(0, 1)],
      [of(1, 1), of(1, 1)],
      [of(0, 1_000_000), of(1_000_000, 1_000_000)],
      [of(1_000_000, 1_000_000), of(3, 3)],
    ]) {
      const { estimate, low, high } = conversionDifference(first, second)!;
      expect(low!).toBeGreaterThanOrEqual(-1);
      expect(high!).toBeLessThanOrEqual(1);
      expect(low!).toBeLessThanOrEqual(estimate);
      expect(high!).toBeGreaterThanOrEqual(estimate);
      expect(high! - low!).toBeGreaterThan(0);
    }
    expect(conversionDifference(of(0, 0), of(1, 2))).toBeNull();
    expect(conversionDifference(of(1, 2), of(0, 0))).toBeNull();
  });
});

describe('the difference of revenues', () => {
  // Student's sleep data (1908), as R's t.test(extra ~ group, data = sleep) answers: means 0.75 and 2.33, Welch's t = -1.8608
  const drug1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
  const drug2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

  it('has the published standard error', () => {
    const { estimate, low, high } = meanDifference(sample(drug1), sample(drug2))!;
    const error = (high! - low!) / (2 * 1.959963984540054);
    expect(estimate).toBeCloseTo(-1.58, 10);
    expect(estimate / error).toBeCloseTo(-1.8608, 4);
    expect((low! + high!) / 2).toBeCloseTo(estimate, 10);
  });

  it('takes groups of unlike size and variance for what they are', () => {
    // variances 1 and 100 of 100 and 25 customers: the error is the root of 1/100 + 100/25
    const interval = meanDifference(
      { customers: 100, revenue: 500, variance: 1 },
      { customers: 25, revenue: 100, variance: 100 },
    )!;
    expect(interval.high! - interval.estimate).toBeCloseTo(1.959963984540054 * Math.sqrt(4.01), 10);
  });

  it('has no bounds with a single customer, and is none without one', () => {
    expect(meanDifference(sample([5]), sample(drug1))).toEqual({ estimate: 4.25, low: null, high: null });
    expect(meanDifference(sample([]), sample(drug1))).toBeNull();
    expect(meanDifference(sample(drug1), sample([]))).toBeNull();
    expect(meanDifference(sample([0, 0]), sample([0, 0]))).toEqual({ estimate: 0, low: 0, high: 0 });
  });

  it('is as much for many as for one, times as many', () => {
    expect(times({ estimate: 1, low: -1, high: null }, 30)).toEqual({ estimate: 30, low: -30, high: null });
  });
});

describe('in simulated campaigns', () => {
  const RUNS = 2000;
  const TARGETED = 2000;
  const HELD_OUT = 800;
  const BUY = 0.08;
  const MEAN_AMOUNT = 30;

  /** Campaigns of one kind: `lift` more of the targeted buy. Amounts are exponential, so skewed as purchases are. */
  function campaigns(lift: number, seed: number) {
    const random = randomFrom(seed);
    const group = (customers: number, share: number) => {
      const amounts = Array.from({ length: customers }, () =>
        random() < share ? -Math.log(1 - random()) * MEAN_AMOUNT : 0,
      );
      return { ...sample(amounts), buyers: amounts.filter((amount) => amount > 0).length };
    };
    return Array.from({ length: RUNS }, () => {
      const [targeted, heldOut] = [group(TARGETED, BUY + lift), group(HELD_OUT, BUY)];
      return { conversion: conversionDifference(targeted, heldOut)!, revenue: meanDifference(targeted, heldOut)! };
    });
  }

  const shareWithin = (intervals: Interval[], truth: number) =>
    intervals.filter(({ low, high }) => low! <= truth && truth <= high!).length / intervals.length;

  it('finds an effect that is not there in one of twenty', () => {
    const seen = campaigns(0, 20_261_122);
    for (const intervals of [seen.map((run) => run.conversion), seen.map((run) => run.revenue)]) {
      const missed = 1 - shareWithin(intervals, 0);
      expect(missed).toBeGreaterThanOrEqual(0.035);
      expect(missed).toBeLessThanOrEqual(0.065);
    }
  });

  it('has a lift that is there inside the interval, and mostly tells it from nothing', () => {
    const seen = campaigns(0.04, 4711);
    const conversions = seen.map((run) => run.conversion);
    expect(shareWithin(conversions, 0.04)).toBeGreaterThanOrEqual(0.93);
    expect(
      shareWithin(
        seen.map((run) => run.revenue),
        0.04 * MEAN_AMOUNT,
      ),
    ).toBeGreaterThanOrEqual(0.93);
    expect(shareWithin(conversions, 0)).toBeLessThan(0.2);
  });
});

describe('how few would be expected', () => {
  it('is of the smaller group, and of the rarer thing', () => {
    expect(leastExpected(of(90, 900), of(10, 100))).toBe(10);
    expect(leastExpected(of(10, 100), of(810, 900))).toBeCloseTo(18, 10);
    expect(leastExpected(of(0, 900), of(0, 100))).toBe(0);
    expect(leastExpected(of(900, 900), of(100, 100))).toBe(0);
    expect(leastExpected(of(0, 0), of(0, 0))).toBe(0);
  });
});

/** Numbers in 0…1 that are the same for the same seed: mulberry32, by T. Ettinger, in the public domain. */
function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
