import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem';

const RETRIES = 3;

/** What was read, shared by the pages. Only what passes is asked for again, later each time, and as Retry-After says. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < RETRIES && error instanceof ApiProblem && error.isPassing,
      retryDelay: (failures, error) =>
        error instanceof ApiProblem && error.retryAfterSeconds
          ? Math.min(error.retryAfterSeconds, 10) * 1000
          : 500 * 2 ** failures,
    },
  },
});
