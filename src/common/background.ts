import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';

/** Something that is done again and again. */
export interface Repeated {
  /** Does it now instead of at its time; once more where it is being done. */
  readonly wake: () => void;
}

/** How much longer the next attempt waits after each failure in a row, and at most. */
const BACKOFF = 2;
const LONGEST_WAIT_MS = 5000;

/** What a process does beside its requests. All of it ends with the process, each at the end of what it is at. */
@Injectable()
export class Background implements OnModuleDestroy, BeforeApplicationShutdown {
  private readonly logger = new Logger(Background.name);
  private readonly stop = new AbortController();
  private readonly running: Promise<void>[] = [];

  /** Aborted when the process is about to stop: whatever waits should wait no longer. */
  readonly stopping: AbortSignal = this.stop.signal;

  constructor() {
    setMaxListeners(0, this.stopping); // one for every request that waits
  }

  /**
   * Does `work` at once and then `everyMs` after it ended, until the process stops. A failure is logged, and the next attempt comes later
   * each time until one succeeds. Never twice at once in one process; whether two processes may do it at once is for `work` to see to.
   */
  repeat(name: string, everyMs: number, work: (stopping: AbortSignal) => Promise<void>): Repeated {
    let woken = new AbortController();
    let failures = 0;
    const loop = async () => {
      while (!this.stopping.aborted) {
        woken = new AbortController();
        try {
          await work(this.stopping);
          if (failures > 0) this.logger.log(`${name}: works again`);
          failures = 0;
        } catch (error) {
          if (this.stopping.aborted) return;
          failures += 1;
          this.logger.error(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        }
        const wait = Math.min(everyMs * BACKOFF ** failures, Math.max(everyMs, LONGEST_WAIT_MS));
        await this.rest(wait, woken);
      }
    };
    this.running.push(loop());
    return { wake: () => woken.abort() };
  }

  /** One listener, taken away again: on Node 20 a long-lived signal keeps whatever AbortSignal.any was made of it, for ever. */
  private async rest(ms: number, woken: AbortController): Promise<void> {
    const stop = () => woken.abort();
    this.stopping.addEventListener('abort', stop);
    if (this.stopping.aborted) stop();
    await sleep(ms, undefined, { signal: woken.signal }).catch(() => undefined);
    this.stopping.removeEventListener('abort', stop);
  }

  onModuleDestroy(): void {
    this.stop.abort();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.running);
  }
}
