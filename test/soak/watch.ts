import { setTimeout as sleep } from 'node:timers/promises';
import type { FreshDatabase } from '../support/database';
import { parseMetrics } from '../support/prometheus';

/** One look at the process and its database. */
interface Sample {
  /** Seconds since the first. */
  at: number;
  residentMb: number;
  handles: number;
  /** Of all channels, the longest that a notification has waited for a worker. */
  queuedSeconds: number;
  eventLoopP99Ms: number;
  transactionSeconds: number;
}

export interface WatchFigures {
  samples: number;
  /** The line through all samples after the first third, in which caches fill. */
  rss_slope_mb_per_minute: number;
  rss_mb_at_the_end: number;
  /** Median of the last third less that of the second. */
  handle_growth: number;
  queue_age_seconds_at_most: number;
  event_loop_p99_ms_at_most: number;
  /** Of the service's own, looked for every second. */
  transaction_seconds_at_most: number;
}

const LOOK_MS = 1000;

/** Looks every second until it is asked for what it saw. */
export function startWatch(address: string, token: string, database: Pick<FreshDatabase, 'query'>) {
  const samples: Sample[] = [];
  const stop = new AbortController();
  const began = performance.now();
  const look = async (): Promise<Sample> => {
    const at = (performance.now() - began) / 1000;
    const [answer, [{ seconds }]] = await Promise.all([
      fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${token}` } }),
      database.query<{ seconds: number }>(
        `SELECT coalesce(extract(epoch FROM max(clock_timestamp() - xact_start)), 0)::float8 AS seconds FROM pg_stat_activity
         WHERE datname = current_database() AND application_name LIKE 'crm-service%'`,
      ),
    ]);
    const series = parseMetrics(await answer.text());
    const greatest = (name: string, quantile?: string) =>
      Math.max(
        0,
        ...series.filter((one) => one.name === name && one.labels.quantile === quantile).map(({ value }) => value),
      );
    return {
      at,
      residentMb: greatest('crm_process_resident_memory_bytes') / 2 ** 20,
      handles: greatest('crm_process_active_handles'),
      queuedSeconds: greatest('crm_queue_oldest_age_seconds'),
      eventLoopP99Ms: greatest('crm_event_loop_delay_seconds', '0.99') * 1000,
      transactionSeconds: seconds,
    };
  };
  const looking = (async () => {
    while (!stop.signal.aborted) {
      samples.push(await look());
      await sleep(LOOK_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    /** @throws where the process could not be looked at */
    figures: async (): Promise<WatchFigures> => {
      stop.abort();
      await looking;
      return figuresOf(samples);
    },
  };
}

function figuresOf(samples: Sample[]): WatchFigures {
  const end = samples.at(-1)!.at;
  const second = samples.filter(({ at }) => at >= end / 3 && at < (2 * end) / 3);
  const last = samples.filter(({ at }) => at >= (2 * end) / 3);
  const most = (of: (sample: Sample) => number) => rounded(Math.max(...samples.map(of)));
  const handles = (some: Sample[]) => median(some.map((sample) => sample.handles));
  return {
    samples: samples.length,
    rss_slope_mb_per_minute: rounded(60 * slope([...second, ...last].map(({ at, residentMb }) => [at, residentMb]))),
    rss_mb_at_the_end: rounded(median(last.map(({ residentMb }) => residentMb))),
    handle_growth: handles(last) - handles(second),
    queue_age_seconds_at_most: most(({ queuedSeconds }) => queuedSeconds),
    event_loop_p99_ms_at_most: most(({ eventLoopP99Ms }) => eventLoopP99Ms),
    transaction_seconds_at_most: most(({ transactionSeconds }) => transactionSeconds),
  };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

const median = (values: number[]): number => values.sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

/** Of the line with the least squares through the points. */
function slope(points: [x: number, y: number][]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const spread = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / spread;
}
