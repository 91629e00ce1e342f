import { Logger } from '@nestjs/common';
import {
  BrokenCircuitError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
} from 'cockatiel';
import type { Measures } from '../common/measures';
import type { Spans } from '../common/spans';
import { childOf, currentTrace, inTrace } from '../common/trace';
import { Turns } from '../common/turns';
import { Problem } from '../common/problem';
import type { Config } from '../config/config';
import type { GenerateRequest, LanguageModel } from './language-model';
import { busy, leftAlone } from './model-problems';

/** Tests make these other ones. */
export const modelLimits = {
  /** Answers that are written at the same time in one process. A model on a team's own machine has no room for more. */
  atOnce: 2,
  /** Requests that wait for that, at most; for at most half of LLM_TIMEOUT_SECONDS. */
  waiting: 20,
  /** Times in a row that it did not answer: then it is left alone. */
  failures: 5,
  /** Until it is tried again, with a single request. */
  restSeconds: 10,
};

/** It is away, or too slow: not what a caller or the model's words may be to blame for. */
const isOutage = (error: Error): boolean =>
  error instanceof Problem && ['model-unavailable', 'model-too-slow'].includes(error.type);

/**
 * Keeps the rest of the service out of a model's troubles: a few ask at a time, a few more wait, and after failures in a row nobody asks
 * for a while. Streams and whole answers are counted together.
 */
export class BoundedLanguageModel implements LanguageModel {
  private readonly logger = new Logger(BoundedLanguageModel.name);
  private readonly turns: Turns;
  private readonly breaker: CircuitBreakerPolicy;

  constructor(
    private readonly model: LanguageModel,
    { LLM_TIMEOUT_SECONDS }: Pick<Config, 'LLM_TIMEOUT_SECONDS'>,
    private readonly measures: Measures,
    private readonly spans: Pick<Spans, 'add'>,
  ) {
    const { atOnce, waiting, failures, restSeconds } = modelLimits;
    this.turns = new Turns(atOnce, waiting, (LLM_TIMEOUT_SECONDS * 1000) / 2, busy);
    this.breaker = circuitBreaker(handleWhen(isOutage), {
      breaker: new ConsecutiveBreaker(failures),
      halfOpenAfter: restSeconds * 1000,
    });
    measures.modelRunning.from(() => this.turns.running);
    measures.modelWaiting.from(() => this.turns.waiters);
    measures.modelResting.from(() => Number(this.breaker.state !== CircuitState.Closed));
    this.breaker.onBreak(() => this.logger.warn(`The model is left alone for ${restSeconds} s`));
    this.breaker.onReset(() => this.logger.log('The model answers again'));
  }

  async generate(request: GenerateRequest): Promise<string> {
    await this.turns.take({ signal: request.signal });
    try {
      return await this.tried(() => this.model.generate(request));
    } finally {
      this.turns.give();
    }
  }

  /** Whether the model answers is decided by the first piece. */
  async *stream(request: GenerateRequest): AsyncGenerator<string, void> {
    await this.turns.take({ signal: request.signal });
    const pieces = this.model.stream(request);
    try {
      let next = await this.tried(() => pieces.next());
      for (; !next.done; next = await pieces.next()) yield next.value;
    } finally {
      await pieces.return();
      this.turns.give();
    }
  }

  private async tried<T>(ask: () => Promise<T>): Promise<T> {
    const [began, caller] = [performance.now(), currentTrace()];
    const trace = caller && childOf(caller);
    let outcome = 'ok';
    try {
      return await this.breaker.execute(() => (trace ? inTrace(trace, ask) : ask()));
    } catch (error) {
      outcome = error instanceof BrokenCircuitError ? 'left-alone' : error instanceof Problem ? error.type : 'given-up';
      throw error instanceof BrokenCircuitError ? leftAlone(modelLimits.restSeconds) : error;
    } finally {
      const endedAt = performance.now();
      this.measures.modelSeconds.observe({ outcome }, (endedAt - began) / 1000);
      const isError = outcome !== 'ok';
      if (trace) this.spans.add({ trace, name: 'model', kind: 'client', beganAt: began, endedAt, isError });
    }
  }
}
