/** The 97.5 % point of the standard normal distribution: 95 % lies between it and its negative. */
const Z = 1.959963984540054;

/** How many of how many. */
export interface Proportion {
  readonly customers: number;
  readonly buyers: number;
}

/** A sum over customers, those without a purchase counted as 0. */
export interface Sample {
  readonly customers: number;
  readonly revenue: number;
  /** Of the customers' amounts, with n - 1 below the line; null for fewer than two customers. */
  readonly variance: number | null;
}

/** An estimate and its 95 % confidence interval, which is null where there is too little to tell. */
export interface Interval {
  readonly estimate: number;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * How much more of the first group buy than of the second, -1…1, with Newcombe's hybrid score interval: the Wilson intervals of the two
 * shares, put together. It stays inside -1…1 and is right for few buyers and for none, where the textbook's interval (Wald's) is far too
 * narrow. Null where a group is empty.
 *
 * R. G. Newcombe, Interval estimation for the difference between independent proportions: comparison of eleven methods. Statistics in
 * Medicine 17 (1998), 873–890, method 10. E. B. Wilson, Probable inference, the law of succession, and statistical inference. Journal of
 * the American Statistical Association 22 (1927), 209–212.
 */
export function conversionDifference(first: Proportion, second: Proportion): Interval | null {
  if (first.customers === 0 || second.customers === 0) return null;
  const [a, b] = [wilson(first), wilson(second)];
  const estimate = a.share - b.share;
  return {
    estimate,
    low: estimate - Math.hypot(a.share - a.low, b.high - b.share),
    high: estimate + Math.hypot(a.high - a.share, b.share - b.low),
  };
}

function wilson({ customers: n, buyers }: Proportion): { share: number; low: number; high: number } {
  const share = buyers / n;
  const middle = 2 * n * share + Z * Z;
  const reach = Z * Math.sqrt(Z * Z + 4 * n * share * (1 - share));
  const width = 2 * (n + Z * Z);
  return { share, low: (middle - reach) / width, high: (middle + reach) / width };
}

/**
 * How much more a customer of the first group spends on average than one of the second, with Welch's interval for unequal variances. Its
 * quantile is the normal one: with the hundreds of customers that make a result worth reading, Student's t is no other. Null where a group
 * is empty; without bounds where one has a single customer.
 *
 * B. L. Welch, The generalization of "Student's" problem when several different population variances are involved. Biometrika 34 (1947),
 * 28–35.
 */
export function meanDifference(first: Sample, second: Sample): Interval | null {
  if (first.customers === 0 || second.customers === 0) return null;
  const estimate = first.revenue / first.customers - second.revenue / second.customers;
  if (first.variance === null || second.variance === null) return { estimate, low: null, high: null };
  const reach = Z * Math.sqrt(first.variance / first.customers + second.variance / second.customers);
  return { estimate, low: estimate - reach, high: estimate + reach };
}

/** The same for so many customers instead of one. */
export const times = ({ estimate, low, high }: Interval, customers: number): Interval => ({
  estimate: estimate * customers,
  low: low === null ? null : low * customers,
  high: high === null ? null : high * customers,
});

/**
 * The least number of buyers, or of customers who do not buy, that either group would have if both bought alike: the rule of thumb for
 * whether shares can be compared at all asks for ten (Cochran's five, on the safe side, since amounts are skewed).
 */
export function leastExpected(first: Proportion, second: Proportion): number {
  const customers = first.customers + second.customers;
  if (customers === 0) return 0;
  const buyers = first.buyers + second.buyers;
  return (Math.min(first.customers, second.customers) * Math.min(buyers, customers - buyers)) / customers;
}
