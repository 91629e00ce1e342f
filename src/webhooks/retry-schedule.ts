const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Seconds from a failed attempt to the next one, as Standard Webhooks has them: ten attempts in a little over three days. */
const RETRY_SECONDS = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR] as const;

/** So much later at most, so that what failed together does not come back together. */
const JITTER = 0.1;

/** The longest that a far side may ask to be left alone. */
const MOST_SECONDS = 24 * HOUR;

/**
 * Seconds until the next attempt, or undefined where there is none.
 * @param attempts how many have failed, the last one included
 * @param retryAfter seconds that the far side asked for; it is not asked before
 * @param random 0 to 1
 */
export function retryIn(attempts: number, retryAfter = 0, random = Math.random()): number | undefined {
  const wait: number | undefined = RETRY_SECONDS[attempts - 1];
  return wait === undefined ? undefined : Math.max(wait * (1 + JITTER * random), Math.min(retryAfter, MOST_SECONDS));
}

/** Seconds of a Retry-After header (RFC 9110), which may be a date; undefined where it is neither. Never less than 0. */
export function retryAfterSeconds(header: unknown, now = Date.now()): number | undefined {
  if (typeof header !== 'string') return undefined;
  const seconds = /^\d{1,9}$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(seconds, 0);
}
