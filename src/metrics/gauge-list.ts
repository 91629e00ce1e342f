import { Counter, Gauge, type Registry } from 'prom-client';

/** The values of its labels, in their order, and the figure. */
type Sample = readonly [labels: readonly string[], value: number];

/** One figure that is looked up when it is asked for: what it is called, what it means, and where in `From` it is found. */
export interface Watched<From> {
  readonly name: string;
  /** With its unit. */
  readonly help: string;
  readonly labels?: readonly string[];
  /** `_total`: it only grows. */
  readonly type?: 'counter';
  /** Undefined, null and an empty list: there is no such figure now, and none is shown. */
  readonly read: (from: From) => number | null | undefined | readonly Sample[];
}

/**
 * Puts a list of figures into a registry.
 * @returns what sets them all; without `from` none is shown: a figure that is not known must not look like one that is
 */
export function watch<From>(registry: Registry, list: readonly Watched<From>[]): (from: From | undefined) => void {
  const all = list.map((about) => {
    const { name, help, type, labels: labelNames = [] } = about;
    const settings = { name, help, labelNames, registers: [registry] };
    return { ...about, labelNames, metric: type === 'counter' ? new Counter(settings) : new Gauge(settings) };
  });
  return (from) => {
    for (const { metric, labelNames, read } of all) {
      metric.reset();
      if (labelNames.length === 0) metric.remove();
      const found = from === undefined ? undefined : read(from);
      const samples: readonly Sample[] = typeof found === 'number' ? [[[], found]] : (found ?? []);
      for (const [values, value] of samples)
        metric.inc(Object.fromEntries(values.map((label, i) => [labelNames[i], label])), value);
    }
  };
}
