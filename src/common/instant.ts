/**
 * Microseconds since 1970 of an instant that `isInstant` accepts: as exact as PostgreSQL keeps it, which Date.parse is not. Beyond the
 * year 2255 it would not fit in a double; such an instant is not accepted.
 */
export function microsOf(instant: string): number {
  const [, fraction = ''] = /\.(\d+)/.exec(instant) ?? [];
  return Date.parse(instant.replace(/\.\d+/, '')) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

/** The instant of so many microseconds since 1970, in UTC: `2026-11-22T10:00:00.000001Z`; without a fraction where there is none. */
export function instantOf(micros: number): string {
  const whole = new Date(Math.floor(micros / 1e6) * 1000).toISOString().slice(0, 19);
  const fraction = (((micros % 1e6) + 1e6) % 1e6).toString().padStart(6, '0');
  return `${whole}${fraction === '000000' ? '' : `.${fraction}`}Z`;
}
