import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';

/** How long a caller waits for new figures before he gets the last ones. */
const PATIENCE_MS = 1000;
/** Of its time a database is asked for these figures so much at most: one part in so many. */
const REST = 20;

const LATE = Symbol('late');

/**
 * Figures that may take a while: computed once at a time in this process, however many ask, and given from memory for `freshMs`; for longer
 * where they took long, and not at all where that is 0. Then whoever asks has them computed, and gets the last ones where that takes more than a moment. Only where there are none
 * does anybody wait.
 */
export class Figures<T> {
  private readonly logger = new Logger(Figures.name);
  private last?: { value: T; readyAt: number; tookMs: number };
  private running?: Promise<T>;

  constructor(
    private readonly name: string,
    private readonly freshMs: (value: T) => number,
    private readonly compute: () => Promise<T>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws whatever computing them throws, where there are none yet */
  async get(): Promise<T> {
    const { last } = this;
    if (!last) return this.next();
    const freshMs = this.freshMs(last.value);
    if (freshMs > 0 && this.now() - last.readyAt < Math.max(freshMs, REST * last.tookMs)) return last.value;
    const next = this.next().catch((error: Error) => {
      this.logger.warn(`${this.name}: the last figures stand, since new ones could not be had: ${error.message}`);
      return last.value;
    });
    const waited = new AbortController();
    const first = await Promise.race([next, sleep(PATIENCE_MS, LATE, { signal: waited.signal }).catch(() => LATE)]);
    waited.abort();
    return first === LATE ? last.value : (first as T);
  }

  private next(): Promise<T> {
    this.running ??= this.computed().finally(() => (this.running = undefined));
    return this.running;
  }

  private async computed(): Promise<T> {
    const began = this.now();
    const value = await this.compute();
    this.last = { value, readyAt: this.now(), tookMs: this.now() - began };
    return value;
  }
}
