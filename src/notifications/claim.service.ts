import { Injectable } from '@nestjs/common';
import { Background } from '../common/background';
import type { Once } from '../idempotency/once';
import type { ClaimRequest, ClaimView } from './delivery.dto';
import { DeliveryService } from './delivery.service';
import type { LeaseRow } from './lease.sql';
import { WakeUps } from './wake-ups';

/** As many wait in one process; whoever comes then is answered at once, and comes again. */
const MAX_WAITERS = 1000;

/** Claims that wait until there is something. No connection to the database is held while they do. */
@Injectable()
export class ClaimService {
  constructor(
    private readonly delivery: DeliveryService,
    private readonly wakeUps: WakeUps,
    private readonly background: Background,
  ) {}

  /**
   * What there is, or what comes within `wait_seconds`. With an Idempotency-Key the same request has the same lease, with what is open in it.
   * @throws Problem lease-lost where that one has ended
   */
  async claim(request: ClaimRequest, worker: string, gone: AbortSignal, once: Once): Promise<ClaimView> {
    const until = performance.now() + (request.wait_seconds ?? 0) * 1000;
    for (;;) {
      if (gone.aborted) return this.delivery.show(null); // nobody would hear of the lease
      const left = until - performance.now();
      const isLast = left <= 0 || this.background.stopping.aborted || this.wakeUps.waiters >= MAX_WAITERS;
      const claimed = await this.attempt(request, worker, once, isLast);
      if (claimed && (claimed.notifications.length > 0 || isLast)) {
        const [first] = claimed.notifications;
        if (first) this.wakeUps.next(first.channel); // there may be more, for the next
        return claimed;
      }
      await this.wakeUps.wait(left, gone, request.channel);
    }
  }

  /** Undefined where there is nothing yet; a key is not used up by that. */
  private async attempt(request: ClaimRequest, worker: string, once: Once, isLast: boolean): Promise<ClaimView | undefined> {
    let lease: LeaseRow | undefined;
    try {
      return await once.review(
        async (database) => {
          lease = await this.delivery.lease(request, worker, database);
          if (!lease && !isLast) throw new NothingYet();
          return lease?.token ?? null;
        },
        // where it was done before, it is looked up
        (token) => (lease?.token === token ? this.delivery.present(lease) : this.delivery.show(token)),
      );
    } catch (error) {
      if (error instanceof NothingYet) return undefined;
      throw error;
    }
  }
}

/** Undoes the attempt. */
class NothingYet extends Error {}
