import { fellSilent, tooSlow } from './model-problems';

/** How long an answer is waited for. The first reason to wait no longer counts. */
export class Patience {
  private readonly over = new AbortController();
  private readonly leave = () => this.over.abort(this.caller?.reason);
  private readonly total: NodeJS.Timeout;
  private silence?: NodeJS.Timeout;

  /** Aborted when it is over; its reason is what to throw. */
  readonly signal: AbortSignal = this.over.signal;

  /**
   * @param seconds for everything together, to the last byte: an answer that drips in does not extend it
   * @param caller aborted when nobody waits any more
   */
  constructor(
    seconds: number,
    private readonly caller?: AbortSignal,
  ) {
    this.total = setTimeout(() => this.over.abort(tooSlow(seconds)), seconds * 1000);
    caller?.addEventListener('abort', this.leave);
    if (caller?.aborted) this.leave();
  }

  /** From now on something has to come within `seconds`, until `hasCome`. */
  expectWithin(seconds: number): void {
    this.hasCome();
    this.silence = setTimeout(() => this.over.abort(fellSilent(seconds)), seconds * 1000);
  }

  hasCome(): void {
    clearTimeout(this.silence);
  }

  end(): void {
    this.hasCome();
    clearTimeout(this.total);
    this.caller?.removeEventListener('abort', this.leave);
  }
}
