const DAY_SECONDS = 86_400;

/** Seconds of a Retry-After header (RFC 9110): a number, or a date; a day at most. Undefined where it says nothing that can be used. */
export function retryAfterSeconds(headers: Headers, now = Date.now()): number | undefined {
  const said = headers.get('retry-after') ?? '';
  const isDate = said.endsWith(' GMT'); // Date.parse makes dates of the oddest things
  const seconds = isDate ? Math.ceil((Date.parse(said) - now) / 1000) : /^\d{1,9}$/.test(said) ? Number(said) : NaN;
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), DAY_SECONDS) : undefined;
}
