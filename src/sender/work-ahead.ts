import type { WakeUps } from '../notifications/wake-ups';

/** Without a wake-up the queue is looked at this often. */
const IDLE_MS = 1000;

/** Waits for something to deliver, as one for all channels of a process: whoever is woken does not know for which channel it is. */
export class WorkAhead {
  private waiting: Promise<void> | undefined;

  constructor(private readonly wakeUps: Pick<WakeUps, 'wait' | 'next'>) {}

  /** Until there may be something, or the signal. */
  wait(stopping: AbortSignal): Promise<void> {
    return (this.waiting ??= this.wakeUps.wait(IDLE_MS, stopping).finally(() => (this.waiting = undefined)));
  }

  /** There was something, and there may be more for somebody else. */
  found(): void {
    this.wakeUps.next();
  }
}
