import { TokenBucket } from 'limiter';
import { LRUCache } from 'lru-cache';

/** So many are remembered, the least recently seen forgotten first: a flood of made-up names costs no more memory than this. */
const MAX_REMEMBERED = 10_000;

/** So many of something for each of many, kept in this process: `burst` at once, and `perSecond` on average. */
export class Allowances {
  private readonly buckets = new LRUCache<string, TokenBucket>({ max: MAX_REMEMBERED });

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {}

  /** Takes one. @returns 0, or how many whole seconds it would be until there is one. */
  take(who: string): number {
    const bucket = this.of(who);
    return bucket.tryRemoveTokens(1) ? 0 : secondsUntilNext(bucket);
  }

  /** @returns 0 where one could be taken, or how many whole seconds it would be until then. */
  wait(who: string): number {
    const bucket = this.buckets.get(who);
    if (!bucket) return 0;
    bucket.drip();
    return bucket.content >= 1 ? 0 : secondsUntilNext(bucket);
  }

  private of(who: string): TokenBucket {
    let bucket = this.buckets.get(who);
    if (!bucket) {
      bucket = new TokenBucket({ bucketSize: this.burst, tokensPerInterval: this.perSecond, interval: 'second' });
      bucket.content = this.burst; // the library's are empty at first
      this.buckets.set(who, bucket);
    }
    return bucket;
  }
}

const secondsUntilNext = (bucket: TokenBucket): number => Math.max(1, Math.ceil(bucket.getWaitTime(1) / 1000));
