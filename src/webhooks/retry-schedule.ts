const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Seconds from a failed attempt to the next one, as Standard Webhooks has them: ten attempts in a little over three days. */
const RETRY_SECONDS = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR] as const;

/** So much later at most, so that what failed together does not come back together. */
const JITTER = 0.1;

/**
 * Seconds until the next attempt, or undefined where there is none.
 * @param attempts how many have failed, the last one included
 * @param retryAfter seconds that the far side asked to be left alone, a day at most; it is not asked before
 * @param random 0 to 1
 */
export function retryIn(attempts: number, retryAfter = 0, random = Math.random()): number | undefined {
  const wait: number | undefined = RETRY_SECONDS[attempts - 1];
  return wait === undefined ? undefined : Math.max(wait * (1 + JITTER * random), retryAfter);
}
