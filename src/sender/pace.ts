import { setTimeout as sleep } from 'node:timers/promises';
import { TokenBucket } from 'limiter';

/** What may be sent at once after a pause: so much of a second's worth, and at least one call. */
const BURST = 0.1;

/**
 * How fast a channel is sent. In any T seconds at most `rate × T` and one burst: a tenth of a second's worth, or one call of the transport
 * where that takes more.
 */
export class Pace {
  private readonly bucket: TokenBucket;

  /**
   * @param rate notifications a second, a whole number
   * @param batch most notifications of one call
   * @param rest waits so many milliseconds, or less where the signal comes first
   */
  constructor(
    rate: number,
    batch: number,
    private readonly rest = sleepUntil,
  ) {
    const bucketSize = Math.max(1, Math.floor(rate * BURST), Math.min(batch, rate));
    this.bucket = new TokenBucket({ bucketSize, tokensPerInterval: rate, interval: 'second' });
  }

  /** Most notifications of one call. */
  get most(): number {
    return this.bucket.bucketSize;
  }

  /** Waits until so many may be sent, no more than `most`; or until the signal, and then nothing is used up. */
  async take(count: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.bucket.tryRemoveTokens(count))
      await this.rest(Math.max(1, this.bucket.getWaitTime(count)), signal);
  }
}

const sleepUntil = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);
