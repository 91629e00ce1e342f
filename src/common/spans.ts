import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config';
import { name, version } from '../version';
import { Background } from './background';
import { Measures } from './measures';
import type { Trace } from './trace';

/** A piece of work that is over, as OpenTelemetry has it. */
export interface Span {
  readonly trace: Trace;
  /** One of a few, such as a route: never an id. */
  readonly name: string;
  /** It was asked for from outside, asks somebody outside, or neither. */
  readonly kind: 'internal' | 'server' | 'client';
  /** By performance.now(), both. */
  readonly beganAt: number;
  readonly endedAt: number;
  /** As few words as labels of metrics: nothing that a caller chose. */
  readonly attributes?: Readonly<Record<string, string | number>>;
  readonly isError: boolean;
}

/** Numbers of OTLP (https://opentelemetry.io/docs/specs/otlp/). */
const KIND = { internal: 1, server: 2, client: 3 } as const;
const ERROR = 2;
const SAMPLED = 1;

const FLUSH_MS = 2000;
const TIMEOUT_MS = 5000;
/** In one call. */
const BATCH = 512;
/** What waits while the collector is away; beyond it spans are dropped, for nobody waits for them. */
const MAX_WAITING = 4096;

/**
 * Sends spans to an OpenTelemetry collector, as OTLP over HTTP in JSON. By hand and not by @opentelemetry/sdk-node: that is some hundred packages,
 * patches modules as they are loaded, and sees nothing of Express, which Nest loads as an ES module. Without an endpoint it keeps nothing.
 */
@Injectable()
export class Spans implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Spans.name);
  private readonly endpoint?: string;
  private readonly headers: Record<string, string>;
  private waiting: Span[] = [];
  private isAway = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly background: Background,
    private readonly measures: Measures,
  ) {
    this.endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
    this.headers = Object.fromEntries(config.OTEL_EXPORTER_OTLP_HEADERS);
  }

  /** Somebody records them: then every request has a trace, its caller's or one of its own. */
  get areWanted(): boolean {
    return this.endpoint !== undefined;
  }

  /** Whoever began the trace has said whether it is recorded. */
  add(span: Span): void {
    if (!this.areWanted || !(parseInt(span.trace.flags, 16) & SAMPLED)) return;
    if (this.waiting.length < MAX_WAITING) this.waiting.push(span);
    else this.measures.spans.inc({ outcome: 'dropped' });
  }

  onApplicationBootstrap(): void {
    if (this.areWanted) this.background.repeat('spans', FLUSH_MS, () => this.flush());
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.areWanted) await this.flush();
  }

  private async flush(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, BATCH);
      const fault = await this.send(batch);
      if (fault !== undefined && !this.isAway) this.logger.warn(`Traces wait: the collector does not take them (${fault})`);
      if (fault === undefined && this.isAway) this.logger.log('The collector takes traces again');
      this.isAway = fault !== undefined;
      if (this.isAway) return;
      this.waiting = this.waiting.slice(batch.length);
      this.measures.spans.inc({ outcome: 'exported' }, batch.length);
    }
  }

  /** @returns what went wrong */
  private async send(batch: readonly Span[]): Promise<string | undefined> {
    try {
      const answer = await fetch(`${this.endpoint}/v1/traces`, {
        method: 'POST',
        headers: { ...this.headers, 'Content-Type': 'application/json' },
        body: JSON.stringify(exported(batch, this.config.OTEL_SERVICE_NAME)),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await answer.arrayBuffer();
      return answer.ok ? undefined : `HTTP ${answer.status}`;
    } catch (error) {
      const { cause, name: what } = error as Error & { cause?: { code?: string } };
      return cause?.code ?? what;
    }
  }
}

/** As OTLP has it in JSON: ids in hex, instants as text, for they are 64 bits wide. */
const exported = (spans: readonly Span[], service: string) => ({
  resourceSpans: [
    {
      resource: { attributes: attributesOf({ 'service.name': service, 'service.version': version }) },
      scopeSpans: [{ scope: { name, version }, spans: spans.map(exportedSpan) }],
    },
  ],
});

const exportedSpan = ({ trace, kind, beganAt, endedAt, attributes = {}, isError, ...span }: Span) => ({
  traceId: trace.traceId,
  spanId: trace.spanId,
  ...(trace.parentId && { parentSpanId: trace.parentId }),
  name: span.name,
  kind: KIND[kind],
  startTimeUnixNano: nanosOf(beganAt),
  endTimeUnixNano: nanosOf(endedAt),
  attributes: attributesOf(attributes),
  ...(isError && { status: { code: ERROR } }),
});

const nanosOf = (ms: number): string => String(BigInt(Math.round((performance.timeOrigin + ms) * 1000)) * 1000n);

const attributesOf = (facts: Readonly<Record<string, string | number>>) =>
  Object.entries(facts).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));
