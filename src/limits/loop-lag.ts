import { Injectable, type OnModuleDestroy } from '@nestjs/common';

const LOOK_EVERY_MS = 100;
/** What a look counts beside those before it. One pause of a second is no overload; one after the other is. */
const WEIGHT = 0.25;

/** How late the event loop is, averaged over the last half second or so: what everything waits for that has come. */
@Injectable()
export class LoopLag implements OnModuleDestroy {
  private average = 0;
  private due = performance.now() + LOOK_EVERY_MS;
  private readonly timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();

  get ms(): number {
    return this.average;
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private look(now = performance.now()): void {
    this.average += (Math.max(0, now - this.due) - this.average) * WEIGHT;
    this.due = now + LOOK_EVERY_MS;
  }
}
