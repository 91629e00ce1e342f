import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Measures } from '../common/measures';
import type { ClaimedNotification } from '../notifications/delivery.dto';
import type { DeliveryService } from '../notifications/delivery.service';
import type { Breaker } from './breaker';
import { HeldLease } from './held-lease';
import type { Pace } from './pace';
import type { ChannelSettings } from './settings';
import type { Outcome, Transport } from './transports/transport';
import type { WorkAhead } from './work-ahead';

/** Tests make these smaller. */
export const senderLimits = {
  /** Notifications of one lease. */
  batch: 100,
  leaseSeconds: 60,
};
/** A lease has no more than is sent in this time: what one process holds, no other can send. */
const HELD_SECONDS = 10;
/** A notification that was refused alone so often, while the transport was tried, is tried later: others may show that it is back. */
const PROBES = 3;

type Unavailable = Extract<Outcome, { kind: 'unavailable' }>;

/** What the channels of a process share. */
export interface Shared {
  readonly delivery: DeliveryService;
  readonly work: WorkAhead;
  /** Its name in histories. */
  readonly worker: string;
  /** What is on its way is cut off. */
  readonly cut: AbortSignal;
  readonly measures: Measures;
}

/** Delivers one channel, lease by lease. */
export class ChannelSender {
  private readonly logger = new Logger(ChannelSender.name);
  private lastProbe = { id: '', refused: 0 };

  constructor(
    private readonly settings: ChannelSettings,
    private readonly transport: Transport,
    private readonly breaker: Breaker,
    private readonly pace: Pace | undefined,
    private readonly shared: Shared,
  ) {}

  /** Until the process stops: then it finishes what is on its way, and gives back the rest. */
  async work(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      const { restMs } = this.breaker;
      if (restMs > 0) await sleep(restMs, undefined, { signal: stopping }).catch(() => undefined);
      else if (!(await this.workOff(stopping))) await this.shared.work.wait(stopping);
    }
  }

  /** One lease. @returns whether there was something */
  private async workOff(stopping: AbortSignal): Promise<boolean> {
    const { delivery, work, worker, cut } = this.shared;
    const { channel, rate } = this.settings;
    const isProbe = this.breaker.isOpen;
    const limit = isProbe ? 1 : Math.min(senderLimits.batch, (rate ?? Infinity) * HELD_SECONDS);
    const claim = { limit, channel, lease_seconds: senderLimits.leaseSeconds };
    const { lease_token, notifications } = await delivery.claim(claim, worker);
    if (lease_token === null) return false;
    work.found();
    const lease = new HeldLease(delivery, lease_token, notifications, senderLimits.leaseSeconds, cut);
    try {
      await this.deliverAll(notifications, lease, isProbe, stopping);
    } finally {
      await lease.end((notification, outcome) => this.isBlamed(notification, outcome, isProbe));
    }
    return true;
  }

  /** As many at a time as may be, until all are tried, the transport fails, the lease is lost or the process stops. */
  private async deliverAll(
    notifications: ClaimedNotification[],
    lease: HeldLease,
    isProbe: boolean,
    stopping: AbortSignal,
  ): Promise<void> {
    const underWay = new Set<Promise<void>>();
    for (const chunk of chunks(notifications, Math.min(this.transport.batch, this.pace?.most ?? Infinity))) {
      while (underWay.size >= this.settings.concurrency) await Promise.race(underWay);
      await this.pace?.take(chunk.length, stopping);
      if (stopping.aborted || lease.isLost || (this.breaker.isOpen && !isProbe)) break;
      const delivered = this.deliver(chunk, lease).finally(() => underWay.delete(delivered));
      underWay.add(delivered);
    }
    await Promise.all(underWay);
  }

  private async deliver(chunk: ClaimedNotification[], lease: HeldLease): Promise<void> {
    // a signal of its own: what AbortSignal.any makes of one that lives long is kept with it, on Node 20 for ever
    const cut = new AbortController();
    const stop = () => cut.abort();
    this.shared.cut.addEventListener('abort', stop);
    if (this.shared.cut.aborted) stop();
    try {
      const outcomes = await this.breaker.run(() => this.transport.deliver(chunk, cut.signal));
      outcomes?.forEach((outcome, i) => this.note(lease, chunk[i], outcome));
    } catch (error) {
      this.logger.error({ err: error, channel: this.settings.channel }, 'A transport failed');
      for (const notification of chunk)
        this.note(lease, notification, { kind: 'failed', error: 'the sender failed', retry: true });
    } finally {
      this.shared.cut.removeEventListener('abort', stop);
    }
  }

  private note(lease: HeldLease, notification: ClaimedNotification, outcome: Outcome): void {
    this.shared.measures.delivered.inc({ channel: this.settings.channel, outcome: outcome.kind });
    lease.note(notification, outcome);
  }

  /**
   * Whether a notification that nobody took has had an attempt. Not while the transport as a whole takes nothing, and not where it was not
   * even reached: an outage condemns nobody. But one that is always refused, while it is all that is tried, makes way for others.
   */
  private isBlamed({ id }: ClaimedNotification, { reached }: Unavailable, isProbe: boolean): boolean {
    if (!reached) return false;
    if (!isProbe) return !this.breaker.isOpen;
    this.lastProbe = { id, refused: this.lastProbe.id === id ? this.lastProbe.refused + 1 : 1 };
    if (this.lastProbe.refused < PROBES) return false;
    this.lastProbe = { id: '', refused: 0 };
    return true;
  }
}

/** Groups of at most so many, in order. Whoever was tried before goes alone: if it spoils a group, it spoils only its own. */
export function* chunks(notifications: readonly ClaimedNotification[], size: number): Generator<ClaimedNotification[]> {
  const [first, again] = [true, false].map((isFirst) => notifications.filter(({ attempt }) => (attempt === 1) === isFirst));
  for (let at = 0; at < first.length; at += size) yield first.slice(at, at + size);
  for (const one of again) yield [one];
}
