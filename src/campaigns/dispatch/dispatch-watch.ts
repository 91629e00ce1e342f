import type { DispatchView } from './dispatch.dto';

/** Statuses that are the end; `dispatched` is one too once no notification waits any more. */
const ENDS: readonly DispatchView['status'][] = ['cancelled', 'failed', 'previewed'];

/** A dispatch that somebody looks at: what was seen of it last, for all who watch it in this process. */
export class DispatchWatch {
  /** Those who watch. */
  watchers = 0;
  /** How often it was seen to have changed. */
  changes = 0;
  /** What was seen last: a dispatch as JSON on one line. */
  seen = '';
  status?: DispatchView['status'];
  /** It can change no more. */
  isOver = false;
  /** How often it could not be looked at, after it could. */
  outages = 0;

  private readonly waiting = new Set<() => void>();
  private isOutage = false;

  see(view: DispatchView): void {
    this.isOutage = false;
    const seen = JSON.stringify(view);
    if (seen === this.seen) return;
    this.seen = seen;
    this.status = view.status;
    this.changes++;
    this.isOver = ENDS.includes(view.status) || (view.status === 'dispatched' && view.progress.queued === 0);
    this.tell();
  }

  /** @returns whether this is the first time in a row */
  miss(): boolean {
    if (this.isOutage) return false;
    this.isOutage = true;
    this.outages++;
    this.tell();
    return true;
  }

  /** Wakes all who wait. */
  tell(): void {
    for (const wake of [...this.waiting]) wake();
  }

  /** Resolves when there is something to tell, or with false after so long. */
  news(withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (told: boolean) => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        resolve(told);
      };
      const wake = () => end(true);
      const timer = setTimeout(end, withinMs, false);
      this.waiting.add(wake);
    });
  }
}
