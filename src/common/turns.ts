/** Who may do something now, and who waits for a turn: first come, first served, and no more than so many. */
export class Turns {
  private taken = 0;
  private readonly waiting = new Set<() => void>();

  /** Who has one. */
  get running(): number {
    return this.taken;
  }

  get waiters(): number {
    return this.waiting.size;
  }

  /**
   * @param longestWaitMs then it is told that there are too many, instead of being kept for ever
   * @param busy how that is told
   */
  constructor(
    private readonly atOnce: number,
    private readonly mayWait: number,
    private readonly longestWaitMs: number,
    private readonly busy: () => Error,
  ) {}

  /**
   * Whoever takes a turn gives it back.
   * @throws what `busy` makes; the reason of `signal` where that is aborted first
   */
  async take(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.taken < this.atOnce) return void this.taken++;
    if (this.waiting.size >= this.mayWait) throw this.busy();
    let timer: NodeJS.Timeout | undefined;
    let leave = () => {};
    let begin = () => {};
    try {
      await new Promise<void>((resolve, reject) => {
        begin = resolve;
        leave = () => reject(signal!.reason as Error);
        timer = setTimeout(() => reject(this.busy()), this.longestWaitMs);
        signal?.addEventListener('abort', leave);
        this.waiting.add(begin);
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', leave);
      this.waiting.delete(begin);
    }
  }

  give(): void {
    const [next] = this.waiting;
    if (!next) return void this.taken--;
    this.waiting.delete(next); // the turn is theirs, and not given again before they know
    next();
  }
}
