import { Injectable } from '@nestjs/common';
import { Counter, type CounterConfiguration, Gauge, Histogram, type HistogramConfiguration, Registry } from 'prom-client';

/** Seconds: from a row by its key to what STATEMENT_TIMEOUT_SECONDS and LLM_TIMEOUT_SECONDS let take. */
const REQUEST_BUCKETS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];
/** Seconds: from a chunk to an audience of a hundred million purchases. */
const STEP_BUCKETS = [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900];

/**
 * What this process counts while it works; who reads it is src/metrics. The registry is its own, so that two applications in one process share
 * nothing. A label takes one of a few values that are known beforehand: never an id, a path, or a word of a caller.
 */
@Injectable()
export class Measures {
  readonly registry = new Registry();

  readonly httpSeconds = this.histogram({
    name: 'crm_http_request_duration_seconds',
    help: 'Seconds from a request to the end of its answer, streams and waiting claims included. Route none: no route took it; status cut: the caller left before the end.',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_BUCKETS,
  });
  readonly httpInFlight = this.asked('crm_http_requests_in_flight', 'Requests that have come and are not answered yet.');

  readonly turnedAway = this.counter({
    name: 'crm_requests_turned_away_total',
    help: 'Requests that were too many: rate, of one caller; refusals, of an address that was refused too often; event_loop and database, new work while there was more than this process can do.',
    labelNames: ['reason'],
  });

  readonly replicaReads = this.counter({
    name: 'crm_replica_reads_total',
    help: 'With DATABASE_REPLICA_URL: counts, previews and their like, by the server that answered. From the primary where the replica was behind, unreachable, foreign (no standby of this database), or failed at it.',
    labelNames: ['from', 'why'],
  });

  readonly stepSeconds = this.histogram({
    name: 'crm_dispatch_step_duration_seconds',
    help: 'Seconds that a step of a dispatch took: resolve an audience, or write a chunk or the end. Outcome error: it failed, and is tried again or ends the dispatch.',
    labelNames: ['step', 'outcome'],
    buckets: STEP_BUCKETS,
  });
  readonly written = this.counter({
    name: 'crm_dispatch_notifications_written_total',
    help: 'Notifications that dispatches wrote, committed.',
  });

  readonly claimed = this.counter({
    name: 'crm_notifications_claimed_total',
    help: 'Notifications handed out, to workers over HTTP and to the sender of this process.',
    labelNames: ['channel'],
  });
  readonly settled = this.counter({
    name: 'crm_notifications_settled_total',
    help: 'What workers over HTTP and the sender of this process reported of notifications they held. Outcome rejected: somebody else had settled it.',
    labelNames: ['outcome'],
  });
  readonly stale = this.counter({
    name: 'crm_stale_lease_calls_total',
    help: 'Calls with a lease that had ended: refused, nothing was changed. Whoever settles so has perhaps delivered twice.',
    labelNames: ['call'],
  });

  readonly delivered = this.counter({
    name: 'crm_sender_deliveries_total',
    help: 'Notifications that the sender of this process tried, by what the far side said.',
    labelNames: ['channel', 'outcome'],
  });
  readonly transportsResting = this.asked(
    'crm_sender_transports_resting',
    'Transports of this process that are left alone after failures in a row.',
  );

  readonly webhookSeconds = this.histogram({
    name: 'crm_webhook_attempt_duration_seconds',
    help: 'Seconds that posting an event to a webhook took, by whether it was taken.',
    labelNames: ['outcome'],
    buckets: REQUEST_BUCKETS,
  });

  readonly modelSeconds = this.histogram({
    name: 'crm_model_request_duration_seconds',
    help: 'Seconds from asking the model to the end of its answer, of a stream to its first piece, without waiting for a turn. Outcome: ok, or the name of the problem.',
    labelNames: ['outcome'],
    buckets: REQUEST_BUCKETS,
  });
  readonly modelRunning = this.asked('crm_model_requests_running', 'Answers that the model is writing for this process.');
  readonly modelWaiting = this.asked('crm_model_requests_waiting', 'Requests that wait for their turn at the model.');
  readonly modelResting = this.asked(
    'crm_model_resting',
    '1 while the model is left alone after failures in a row, else 0.',
  );

  readonly spans = this.counter({
    name: 'crm_spans_total',
    help: 'Pieces of work whose traces went to OTEL_EXPORTER_OTLP_ENDPOINT, or were dropped because it takes none.',
    labelNames: ['outcome'],
  });

  readonly keyed = this.counter({
    name: 'crm_idempotent_requests_total',
    help: 'Requests with an Idempotency-Key that came to their effect: first; replayed, where it was there already; in_use, where it was under way; reused, where the key belongs to another request.',
    labelNames: ['outcome'],
  });

  constructor() {
    // a rate is of what was 0 before: what is alerted on is there from the start
    for (const reason of ['rate', 'refusals', 'event_loop', 'database']) this.turnedAway.inc({ reason }, 0);
    for (const why of ['behind', 'unreachable', 'foreign', 'failed']) this.replicaReads.inc({ from: 'primary', why }, 0);
    for (const call of ['settle', 'extend', 'release', 'show']) this.stale.inc({ call }, 0);
    for (const outcome of ['sent', 'failed', 'retrying', 'rejected']) this.settled.inc({ outcome }, 0);
    for (const outcome of ['first', 'replayed', 'in_use', 'reused']) this.keyed.inc({ outcome }, 0);
  }

  private histogram<L extends string>(about: HistogramConfiguration<L>): Histogram<L> {
    return new Histogram({ ...about, registers: [this.registry] });
  }

  private counter<L extends string>(about: CounterConfiguration<L>): Counter<L> {
    return new Counter({ ...about, registers: [this.registry] });
  }

  private asked(name: string, help: string): AskedGauge {
    return new AskedGauge(this.registry, name, help);
  }
}

/** A number that somebody has, and that is asked for when it is to be shown; 0 where nobody has one. */
class AskedGauge {
  private readonly sources: (() => number)[] = [];

  constructor(registry: Registry, name: string, help: string) {
    const { sources } = this;
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(sources.reduce((sum, source) => sum + source(), 0));
      },
    });
  }

  /** The sum of all sources is shown. */
  from(source: () => number): void {
    this.sources.push(source);
  }
}
