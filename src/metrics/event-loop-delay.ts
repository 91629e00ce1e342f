import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;
const WINDOW_MS = 10_000;
const NANOS = 1e9;

interface Delay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * How late the event loop is. In windows of its own and not from one scrape to the next: several who scrape would else take the figures away
 * from each other. What is shown is the worse of this window and the one before.
 */
export class EventLoopDelay {
  private readonly histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private before: Delay = { p50: 0, p99: 0, max: 0 };
  private readonly timer: NodeJS.Timeout;

  constructor() {
    this.histogram.enable();
    this.timer = setInterval(() => this.turn(), WINDOW_MS).unref();
  }

  seconds(): Delay {
    const now = this.read();
    const worse = (which: keyof Delay) => Math.max(now[which], this.before[which]);
    return { p50: worse('p50'), p99: worse('p99'), max: worse('max') };
  }

  stop(): void {
    clearInterval(this.timer);
    this.histogram.disable();
  }

  private turn(): void {
    this.before = this.read();
    this.histogram.reset();
  }

  /** Node records the time from one look to the next, of which the resolution is no delay. */
  private read(): Delay {
    if (this.histogram.count === 0) return { p50: 0, p99: 0, max: 0 };
    const late = (nanos: number) => Math.max(0, nanos / NANOS - RESOLUTION_MS / 1000);
    return {
      p50: late(this.histogram.percentile(50)),
      p99: late(this.histogram.percentile(99)),
      max: late(this.histogram.max),
    };
  }
}
