import { Temporal } from 'temporal-polyfill';

/** The name of a time zone as IANA writes it (`europe/madrid` → `Europe/Madrid`); undefined where there is no such zone. */
export function timeZoneNamed(name: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return undefined; // Temporal would take +01:00, and whole dates with a zone
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch {
    return undefined;
  }
}
