import { useRef, useState } from 'react';

/**
 * Does one thing at a time: two clicks are one, also before anything is drawn in between. What went wrong is `error` until the next try,
 * or until it is forgotten. `untilDone`: once it is done it stays busy, for what goes away then and could be clicked while it does.
 */
export function useAction<Input extends unknown[], Result>(
  act: (...input: Input) => Promise<Result>,
  { untilDone = false } = {},
) {
  const busy = useRef(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const mark = (isUnderWay: boolean) => {
    busy.current = isUnderWay;
    setBusy(isUnderWay);
  };
  return {
    isBusy,
    error,
    forget: () => setError(undefined),
    /** What came of it; undefined where it failed, or another was under way. */
    run: async (...input: Input): Promise<Result | undefined> => {
      if (busy.current) return undefined;
      mark(true);
      setError(undefined);
      try {
        const result = await act(...input);
        if (!untilDone) mark(false);
        return result;
      } catch (problem) {
        mark(false);
        setError(problem instanceof Error ? problem : new Error(String(problem)));
        return undefined;
      }
    },
  };
}
