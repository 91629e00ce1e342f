import { setTimeout as sleep } from 'node:timers/promises';

/** So many turns a minute, evenly: a pause is not made up for. */
export class MinutePace {
  private next = -Infinity;

  /**
   * @param now milliseconds of a clock that never goes back
   * @param rest waits so many milliseconds, or less where the signal comes first
   */
  constructor(
    private readonly rate: number,
    private readonly now = () => performance.now(),
    private readonly rest = sleepUntil,
  ) {}

  async turn(signal: AbortSignal): Promise<void> {
    const wait = this.next - this.now();
    if (wait > 0) await this.rest(wait, signal);
    this.next = Math.max(this.now(), this.next) + 60_000 / this.rate;
  }
}

const sleepUntil = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);
