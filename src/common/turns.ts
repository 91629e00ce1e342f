/** Who may do something now, and who waits for a turn: first come, first served, but those first who go on with something, and no more than so many. */
export class Turns {
  private taken = 0;
  private readonly waiting = new Set<() => void>();
  /** Those who go on with what they began, before everybody who only begins. */
  private readonly goingOn = new Set<() => void>();

  /** Who has one. */
  get running(): number {
    return this.taken;
  }

  get waiters(): number {
    return this.waiting.size + this.goingOn.size;
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
   * @param goesOn the second turn of something: turned away for those who begin, what was done in the first would be for nothing
   * @throws what `busy` makes; the reason of `signal` where that is aborted first
   */
  async take({ signal, goesOn = false }: { signal?: AbortSignal; goesOn?: boolean } = {}): Promise<void> {
    signal?.throwIfAborted();
    if (this.taken < this.atOnce) return void this.taken++;
    const line = goesOn ? this.goingOn : this.waiting;
    if (line.size >= this.mayWait) throw this.busy();
    let timer: NodeJS.Timeout | undefined;
    let leave = () => {};
    let begin = () => {};
    try {
      await new Promise<void>((resolve, reject) => {
        begin = resolve;
        leave = () => reject(signal!.reason as Error);
        timer = setTimeout(() => reject(this.busy()), this.longestWaitMs);
        signal?.addEventListener('abort', leave);
        line.add(begin);
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', leave);
      line.delete(begin);
    }
  }

  give(): void {
    const line = this.goingOn.size > 0 ? this.goingOn : this.waiting;
    const [next] = line;
    if (!next) return void this.taken--;
    line.delete(next); // the turn is theirs, and not given again before they know
    next();
  }
}
