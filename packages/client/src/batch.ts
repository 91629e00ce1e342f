import type { Client } from './client';
import type { Schema } from './operations';
import { bare, failure, inCalls, type Settlement } from './outcomes';
import { pause } from './pause';
import { ApiProblem } from './problem';

export type ClaimedNotification = Schema<'ClaimedNotification'>;

/** Between two calls of which the first had no answer. */
const PAUSE_MS = 1000;

export interface BatchOptions {
  client: Client;
  /**
   * Delivers one. What it resolves to, a JSON object of at most 16 KB such as the provider's id, is kept with the notification; what it
   * throws is why it failed (see NotDelivered). Hand the notification's `id` to the provider as its deduplication key. The signal says
   * that somebody else has the notification now: stop, if that is still possible. Bound it in time, for the worker waits for it.
   */
  send: (notification: ClaimedNotification, signal: AbortSignal) => Promise<Record<string, unknown> | void>;
  /** Sends under way at a time; 10 by default. */
  concurrency?: number;
  /** How long others wait when this worker dies, 5…600 s; 60 by default. Renewed each third of it. */
  leaseSeconds?: number;
  /** Told of what passes by itself, and of what the service would not keep of an outcome. `console.error` by default. */
  onError?: (error: unknown) => void;
  /** Told of what was recorded. */
  onSettled?: (view: Schema<'SettleView'>) => void;
  stop: AbortSignal;
}

/** What a worker did. */
export interface WorkerTotals {
  /** Batches. */
  leases: number;
  /** Those that were lost: others have what was open in them. */
  lost: number;
  sent: number;
  /** Given up. */
  failed: number;
  /** Failed, and to be tried again. */
  retrying: number;
  /** Given back when the worker stopped. */
  released: number;
}

/** One lease, from its claim to its end. */
export class Batch {
  private readonly left: ClaimedNotification[];
  private outcomes: Settlement = { sent: [], failed: [] };
  /** Calls that were not answered yet. Each is repeated as it is: only then is its answer the first one's. */
  private readonly unsettled: Settlement[] = [];
  private readonly lost = new AbortController();
  /** The service refused what a right request would not be refused. */
  private fault: ApiProblem | undefined;
  /** Until then nobody else has it, whatever happens: counted from before the request, in ms of this process's clock. */
  private heldUntil: number;
  private extending: Promise<void> | undefined;
  private readonly leaseMs: number;

  constructor(
    private readonly options: BatchOptions,
    private readonly leaseToken: string,
    notifications: ClaimedNotification[],
    askedAt: number,
    private readonly totals: WorkerTotals,
  ) {
    this.left = [...notifications];
    this.leaseMs = (options.leaseSeconds ?? 60) * 1000;
    this.heldUntil = askedAt + this.leaseMs;
  }

  async run(): Promise<void> {
    const over = new AbortController();
    const senders = Array.from({ length: Math.max(this.options.concurrency ?? 10, 1) }, () => this.sendOneByOne());
    const sending = Promise.all(senders).finally(() => over.abort());
    while (!over.signal.aborted && !this.isEnded) {
      await pause(this.leaseMs / 3, over.signal);
      if (over.signal.aborted) break;
      await this.settle(); // what is settled is not sent again, should this process die
      await this.extend();
    }
    await sending;
    while (!(await this.settle()) && !this.isEnded && !this.options.stop.aborted) await pause(PAUSE_MS, this.options.stop);
    if (this.fault) throw this.fault;
    await this.release();
  }

  private get isEnded(): boolean {
    return this.lost.signal.aborted || this.fault !== undefined;
  }

  private async sendOneByOne(): Promise<void> {
    const { send } = this.options;
    while (this.left.length > 0 && (await this.mayBegin())) {
      const next = this.left.shift();
      if (!next) return;
      try {
        const info = await send(next, this.lost.signal);
        this.outcomes.sent.push({ id: next.id, ...(info && { delivery_info: info }) });
      } catch (error) {
        this.outcomes.failed.push(failure(next.id, error));
      }
    }
  }

  /** Asked before each send: a process that slept, or was cut off, for longer than its lease must not go on with what others have. */
  private async mayBegin(): Promise<boolean> {
    const { stop } = this.options;
    const isHeld = () => performance.now() < this.heldUntil;
    while (!isHeld() && !this.isEnded && !stop.aborted) {
      await (this.extending ??= this.extend().finally(() => (this.extending = undefined)));
      if (!isHeld() && !this.isEnded) await pause(PAUSE_MS, stop);
    }
    return !this.isEnded && !stop.aborted;
  }

  private async extend(): Promise<void> {
    const askedAt = performance.now();
    const body = { lease_token: this.leaseToken, lease_seconds: this.leaseMs / 1000 };
    try {
      await this.options.client.post('/notifications/extend', { body, signal: this.lost.signal });
      this.heldUntil = askedAt + this.leaseMs;
    } catch (error) {
      this.met(error);
    }
  }

  /** @returns whether there is nothing left to be said */
  private async settle(): Promise<boolean> {
    this.unsettled.push(...inCalls(this.outcomes));
    this.outcomes = { sent: [], failed: [] };
    while (this.unsettled.length > 0 && !this.isEnded) {
      try {
        const view = await this.settleOne(this.unsettled[0]);
        this.unsettled.shift();
        this.totals.sent += view.sent;
        this.totals.failed += view.failed;
        this.totals.retrying += view.retrying;
        if (view.open === 0) this.left.length = 0; // others have settled the rest, by name
        this.options.onSettled?.(view);
      } catch (error) {
        this.met(error);
        return false;
      }
    }
    return this.unsettled.length === 0;
  }

  private async settleOne(call: Settlement): Promise<Schema<'SettleView'>> {
    const { client } = this.options;
    const lease_token = this.leaseToken;
    try {
      return await client.post('/notifications/settle', { body: { lease_token, ...call } });
    } catch (error) {
      if (!(error instanceof ApiProblem && error.code === 'bad-request')) throw error;
      this.tell(error);
      return client.post('/notifications/settle', { body: { lease_token, ...bare(call) } });
    }
  }

  /** Only where all that was sent is settled: what is given back is sent by others. */
  private async release(): Promise<void> {
    if (this.left.length === 0 || this.unsettled.length > 0 || this.isEnded) return;
    try {
      const body = { lease_token: this.leaseToken };
      this.totals.released += (await this.options.client.post('/notifications/release', { body })).released;
    } catch (error) {
      this.met(error);
    }
  }

  private met(error: unknown): void {
    if (this.isEnded) return;
    if (error instanceof ApiProblem && error.isFault) {
      this.fault = error; // thrown in the end, which tells it
      return;
    }
    if (error instanceof ApiProblem && error.code === 'lease-lost') {
      this.totals.lost++;
      this.lost.abort(error);
    }
    this.tell(error);
  }

  private tell(error: unknown): void {
    (this.options.onError ?? console.error)(error);
  }
}
