import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Background, type Repeated } from '../common/background';
import { egressAgents, type EgressAgents } from '../common/egress';
import { Measures } from '../common/measures';
import { rows } from '../common/sql';
import { Spans } from '../common/spans';
import { traceHeaders, traceOfThing } from '../common/trace';
import { CONFIG, type Config } from '../config/config';
import { inTransaction } from '../database/transaction';
import {
  deleteOld,
  disable,
  disableFailing,
  giveBack,
  markDelivered,
  markFailed,
  noteFailing,
  takeDue,
  type TakenDelivery,
} from './deliveries.sql';
import { retryIn } from './retry-schedule';
import { signedHeaders } from './signature';
import { type CallOutcome, callWebhook } from './webhook-call';

/** How long what another process announced waits at most. */
const LOOK_MS = 1000;
/** On their way at a time: from this process, and to one webhook. */
const AT_A_TIME = 256;
const PER_WEBHOOK = 4;
/** Longer than an attempt takes at most: whoever has not said by then what became of it has died, or will not be believed. */
const LEASE_SECONDS = 60;

/** So many days in which nothing succeeds switch a webhook off. */
const FAILING_DAYS = 5;
const GONE = 410;

const TIDY_MS = 60_000;
const TIDY_ROWS = 1000;
export const KEEP_DAYS = 30;

/**
 * Sends what was announced: takes what is due under a lease, posts it outside of any transaction, and says what became of it. A process that
 * dies leaves leases that run out, and any other goes on: an event is delivered at least once, always with the same id.
 */
@Injectable()
export class WebhookDeliverer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(WebhookDeliverer.name);
  private readonly onTheirWay = new Set<Promise<void>>();
  private readonly agents: EgressAgents;
  private loop?: Repeated;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @InjectDataSource() private readonly database: DataSource,
    private readonly background: Background,
    private readonly measures: Measures,
    private readonly spans: Spans,
  ) {
    this.agents = egressAgents(config);
  }

  onApplicationBootstrap(): void {
    if (!this.config.ROLES.includes('dispatcher')) return;
    this.loop = this.background.repeat('webhooks', LOOK_MS, () => this.sendDue());
    this.background.repeat('old webhook events', TIDY_MS, () => this.tidy());
  }

  /** What is on its way when the process stops is cut off by then, and has to be given back. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.onTheirWay);
  }

  /** There is something to send. Where this process does not send, another notices by itself. */
  wake(): void {
    this.loop?.wake();
  }

  /** Starts what there is room for, and waits for none of it. */
  private async sendDue(): Promise<void> {
    const here = AT_A_TIME - this.onTheirWay.size;
    if (here === 0) return; // whichever ends wakes the loop
    const room = { here, perWebhook: PER_WEBHOOK, leaseSeconds: LEASE_SECONDS };
    const started = (await rows<TakenDelivery>(this.database, takeDue(room))).map((delivery) => {
      const sending = this.send(delivery)
        .catch((error: unknown) => this.logger.error(`Webhook delivery ${delivery.id}: ${String(error)}`)) // its lease runs out
        .finally(() => {
          this.onTheirWay.delete(sending);
          this.wake();
        });
      this.onTheirWay.add(sending);
      return sending;
    });
    if (this.background.stopping.aborted) await Promise.all(started);
  }

  private async send(delivery: TakenDelivery): Promise<void> {
    const { event_id, type, data, occurred_at, secrets, url } = delivery;
    const body = JSON.stringify({ type, timestamp: occurred_at.toISOString(), data });
    const trace = traceOfThing(event_id);
    const headers = { ...signedHeaders(event_id, new Date(), body, secrets), ...traceHeaders(trace) };
    const began = performance.now();
    const outcome = await callWebhook(url, body, headers, this.agents, this.background.stopping);
    const taken = isTaken(outcome) ? 'delivered' : 'failed';
    const endedAt = performance.now();
    this.measures.webhookSeconds.observe({ outcome: taken }, (endedAt - began) / 1000);
    const isError = taken === 'failed';
    this.spans.add({ trace, name: `webhook ${type}`, kind: 'client', beganAt: began, endedAt, isError });
    await this.record(delivery, outcome);
  }

  private async record(delivery: TakenDelivery, outcome: CallOutcome): Promise<void> {
    if (isTaken(outcome)) {
      await rows(this.database, markDelivered(delivery, outcome.httpStatus));
      return;
    }
    const { httpStatus, error, retryAfter } = outcome;
    if (httpStatus === null && this.background.stopping.aborted) {
      await rows(this.database, giveBack(delivery));
      return;
    }
    const isGone = httpStatus === GONE;
    const failure = { httpStatus, error, retryIn: isGone ? undefined : retryIn(delivery.attempts + 1, retryAfter) };
    await inTransaction(this.database, async (transaction) => {
      const [failed] = await rows<{ webhook_id: string }>(transaction, markFailed(delivery, failure));
      if (!failed) return;
      await rows(transaction, noteFailing(failed.webhook_id));
      const reason = isGone
        ? 'It answered 410 Gone: nothing is to be sent there any more.'
        : `Nothing sent to it has succeeded for ${FAILING_DAYS} days.`;
      const disabled = await rows(
        transaction,
        isGone ? disable(failed.webhook_id, reason) : disableFailing(failed.webhook_id, FAILING_DAYS, reason),
      );
      if (disabled.length > 0) this.logger.warn(`Webhook ${failed.webhook_id} was switched off. ${reason}`);
    });
  }

  private async tidy(): Promise<void> {
    while (!this.background.stopping.aborted) {
      const deleted = await rows(this.database, deleteOld(KEEP_DAYS, TIDY_ROWS));
      if (deleted.length < TIDY_ROWS) return;
    }
  }
}

const isTaken = (outcome: CallOutcome): outcome is CallOutcome & { httpStatus: number } =>
  outcome.httpStatus !== null && outcome.httpStatus >= 200 && outcome.httpStatus < 300;
