import { useEffect, useRef, useState } from 'react';

/** After which whoever waits is told that it is normal. */
const SLOW_MS = 8_000;

/** A question at the language model, and what came of the last one. */
export interface ModelCall<Input, Answer> {
  phase: 'idle' | 'asking' | 'slow' | 'done' | 'stopped' | 'failed';
  /** The last answer, with what it is an answer to; it stays until there is another, or it is refused. */
  answered: { input: Input; answer: Answer } | undefined;
  error: unknown;
  ask: (input: Input) => void;
  /** Takes the question back: the model stops too. */
  stop: () => void;
}

/**
 * Asks the model one thing at a time. That takes long, so it can be stopped: the request is aborted, and what comes of it nevertheless is
 * not looked at. Whoever leaves the page stops it as well.
 */
export function useModelCall<Input, Answer>(
  send: (input: Input, signal: AbortSignal) => Promise<Answer>,
): ModelCall<Input, Answer> {
  const [phase, setPhase] = useState<ModelCall<Input, Answer>['phase']>('idle');
  const [answered, setAnswered] = useState<ModelCall<Input, Answer>['answered']>();
  const [error, setError] = useState<unknown>();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  useEffect(() => {
    if (phase !== 'asking') return;
    const timer = setTimeout(() => setPhase('slow'), SLOW_MS);
    return () => clearTimeout(timer);
  }, [phase]);

  return {
    phase,
    answered,
    error,
    ask: (input) => {
      running.current?.abort();
      const run = new AbortController();
      running.current = run;
      setError(undefined);
      setPhase('asking');
      send(input, run.signal).then(
        (answer) => {
          if (run.signal.aborted) return;
          setAnswered({ input, answer });
          setPhase('done');
        },
        (problem: unknown) => {
          if (run.signal.aborted) return;
          setAnswered(undefined);
          setError(problem);
          setPhase('failed');
        },
      );
    },
    stop: () => {
      running.current?.abort();
      setPhase('stopped');
    },
  };
}
