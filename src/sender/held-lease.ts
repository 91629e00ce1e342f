import { Logger } from '@nestjs/common';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { Problem } from '../common/problem';
import { problemFromDatabase } from '../database/pg-errors';
import type { ClaimedNotification, ClaimView, FailedItem, SentItem } from '../notifications/delivery.dto';
import type { DeliveryService } from '../notifications/delivery.service';
import type { Outcome } from './transports/transport';

type Unavailable = Extract<Outcome, { kind: 'unavailable' }>;

/** What was delivered is recorded within this: whoever dies with it delivers it again. */
const SETTLE_EVERY_MS = 500;
const LONGEST_RETRY_MS = 2000;

/** Away, or too busy: it will be back. */
const isOutage = (error: unknown): boolean => (problemFromDatabase(error)?.status ?? 0) >= 500;

/**
 * A lease, and what became of its notifications. It settles while others are on their way, item by item, extends the lease at half its
 * time, and gives back what is left at the end.
 */
export class HeldLease {
  private readonly logger = new Logger(HeldLease.name);
  private sent: SentItem[] = [];
  private failed: FailedItem[] = [];
  private readonly undecided: { notification: ClaimedNotification; outcome: Unavailable }[] = [];
  private open: number;
  private recording: Promise<void> = Promise.resolve();
  private readonly timers: NodeJS.Timeout[];
  private isLostToOthers = false;
  private unrecorded: Error | undefined;

  /** @param cut nothing is waited for any more: the process is about to end */
  constructor(
    private readonly delivery: Pick<DeliveryService, 'settle' | 'extend' | 'release'>,
    private readonly token: string,
    notifications: ClaimView['notifications'],
    seconds: number,
    private readonly cut: AbortSignal,
  ) {
    this.open = notifications.length;
    this.timers = [
      setInterval(() => void this.record(), SETTLE_EVERY_MS),
      setInterval(() => void this.extend(seconds), (seconds * 1000) / 2),
    ];
  }

  /** Somebody else has what is open in it, or it cannot be recorded: to deliver more would be to deliver twice. */
  get isLost(): boolean {
    return this.isLostToOthers || this.unrecorded !== undefined;
  }

  note(notification: ClaimedNotification, outcome: Outcome): void {
    const { id } = notification;
    if (outcome.kind === 'sent') this.sent.push({ id, ...(outcome.info && { delivery_info: outcome.info }) });
    if (outcome.kind === 'failed') this.failed.push(failedItem(id, outcome.error, outcome.retry, outcome.retryAfterSeconds));
    if (outcome.kind === 'unavailable') this.undecided.push({ notification, outcome });
  }

  /**
   * Records what is not recorded yet, and gives back the rest: it counts as no attempt.
   * @param isBlamed whether that nobody took it is to count as an attempt of this notification
   * @throws what kept something from being recorded. Then nothing is given back, for it would be delivered again at once
   */
  async end(isBlamed: (notification: ClaimedNotification, outcome: Unavailable) => boolean): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    for (const { notification, outcome } of this.undecided)
      if (isBlamed(notification, outcome))
        this.failed.push(failedItem(notification.id, outcome.error, true, outcome.retryAfterSeconds));
    await this.record();
    if (this.unrecorded) throw this.unrecorded;
    if (this.open <= 0 || this.isLost) return;
    await this.delivery
      .release({ lease_token: this.token })
      .catch((error: unknown) => this.complain(error, 'Could not be given back: it is claimed again when its lease ends'));
  }

  /** One call at a time: what comes while one is under way is in the next. */
  private record(): Promise<void> {
    return (this.recording = this.recording.then(() => this.settle()));
  }

  private async settle(): Promise<void> {
    const body = { lease_token: this.token, sent: this.sent, failed: this.failed };
    const count = body.sent.length + body.failed.length;
    if (count === 0) return;
    [this.sent, this.failed] = [[], []];
    if (this.isLost) return this.logger.warn(`${count} were tried under a lease that is lost: they may be delivered twice`);
    try {
      // what was delivered must be recorded, however long the database is away; the same call again is answered the same
      const { open, rejected } = await this.stubbornly(() => this.delivery.settle(body));
      this.open = open;
      if (rejected.length > 0) this.logger.warn(`${rejected.length} were settled by somebody else before`);
    } catch (error) {
      if (isLeaseLost(error)) this.isLostToOthers = true;
      else this.unrecorded = new Error('What was tried could not be recorded', { cause: error });
      this.complain(error, `${count} were tried and could not be recorded: they may be delivered twice`);
    }
  }

  private async extend(seconds: number): Promise<void> {
    if (this.open <= 0 || this.isLost) return;
    try {
      await this.delivery.extend({ lease_token: this.token, lease_seconds: seconds });
    } catch (error) {
      // a lease that ran out is ours until somebody claims what is in it
      if (isLeaseLost(error)) this.isLostToOthers = true;
      this.complain(error, 'A lease could not be extended');
    }
  }

  private stubbornly<T>(call: () => Promise<T>): Promise<T> {
    const backoff = new ExponentialBackoff({ initialDelay: 100, maxDelay: LONGEST_RETRY_MS });
    const policy = retry(handleWhen(isOutage), { maxAttempts: Number.MAX_SAFE_INTEGER, backoff });
    policy.onRetry(({ attempt, ...reason }) => {
      if (attempt === 1) this.complain('error' in reason ? reason.error : undefined, 'What was tried is not recorded yet');
    });
    return policy.execute(call, this.cut);
  }

  private complain(error: unknown, text: string): void {
    this.logger.warn({ err: error }, text);
  }
}

const isLeaseLost = (error: unknown): boolean => error instanceof Problem && error.type === 'lease-lost';

const failedItem = (id: string, error: string, retry: boolean, seconds: number | undefined): FailedItem => ({
  id,
  error,
  retry,
  ...(seconds !== undefined && { retry_after_seconds: seconds }),
});
