import { Logger } from '@nestjs/common';
import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  DelegateBackoff,
  type IHalfOpenAfterBackoffContext,
  handleWhenResult,
} from 'cockatiel';
import type { Outcome } from './transports/transport';

/** Tests make these smaller. */
export const breakerLimits = {
  /** Calls in a row that nobody took: then the transport is left alone. */
  failures: 5,
  /** Until it is tried again; twice as long each time that fails. */
  firstPauseMs: 5_000,
  longestPauseMs: 300_000,
};

type Unavailable = Extract<Outcome, { kind: 'unavailable' }>;

/** The first outcome that says why, where nobody took any of them. */
const unavailable = (outcomes: readonly Outcome[]): Unavailable | undefined =>
  outcomes.some(({ kind }) => kind === 'sent' || kind === 'failed')
    ? undefined
    : outcomes.find((outcome): outcome is Unavailable => outcome.kind === 'unavailable');

/**
 * Leaves a transport alone after failures in a row, and tries with a single call whether it is back. One for all channels that it serves.
 */
export class Breaker {
  private readonly logger = new Logger(Breaker.name);
  private readonly policy: CircuitBreakerPolicy;
  private restUntil = 0;

  /** @param transport its name, for the log */
  constructor(transport: string) {
    this.policy = circuitBreaker(
      handleWhenResult((outcomes) => unavailable(outcomes as Outcome[]) !== undefined),
      {
        breaker: new ConsecutiveBreaker(breakerLimits.failures),
        halfOpenAfter: new DelegateBackoff((context) => this.open(transport, context)),
      },
    );
    this.policy.onReset(() => this.logger.log({ transport }, 'Delivers again'));
  }

  /** Whether it is being left alone, or tried. */
  get isOpen(): boolean {
    return this.policy.state !== CircuitState.Closed;
  }

  /** Milliseconds until it may be tried; 0 where it may be used. */
  get restMs(): number {
    return this.policy.state === CircuitState.Open ? Math.max(0, this.restUntil - Date.now()) : 0;
  }

  /** Makes the call; undefined where it is left alone, and nothing was done. */
  async run(call: () => Promise<Outcome[]>): Promise<Outcome[] | undefined> {
    try {
      return await this.policy.execute(call);
    } catch (error) {
      if (error instanceof BrokenCircuitError) return undefined;
      throw error;
    }
  }

  /** @returns how long it is left alone, in milliseconds */
  private open(transport: string, { attempt, result }: IHalfOpenAfterBackoffContext): number {
    const { failures, firstPauseMs, longestPauseMs } = breakerLimits;
    const why = 'value' in result ? unavailable(result.value as Outcome[]) : undefined;
    const asked = (why?.retryAfterSeconds ?? 0) * 1000;
    const pauseMs = Math.min(Math.max(firstPauseMs * 2 ** Math.min(attempt - 1, 20), asked), longestPauseMs);
    this.restUntil = Date.now() + pauseMs;
    const text = attempt === 1 ? `Left alone after ${failures} failures in a row` : 'Still left alone';
    this.logger.warn({ transport, error: why?.error, seconds: Math.ceil(pauseMs / 1000) }, text);
    return pauseMs;
  }
}
