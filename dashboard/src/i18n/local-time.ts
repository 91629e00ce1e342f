/*
 * Dates and times where the reader is, as fields have them: `2026-11-23`, `2026-11-23T09:30`.
 */
const two = (number: number): string => String(number).padStart(2, '0');

const dayOf = (at: Date): string =>
  `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;

/** An instant as the value of a date and time field, with seconds where it has some; empty where it is none. */
export function toLocal(instant: string | null): string {
  const at = new Date(instant ?? '');
  if (Number.isNaN(at.getTime())) return '';
  const seconds = at.getSeconds() > 0 ? `:${two(at.getSeconds())}` : '';
  return `${dayOf(at)}T${two(at.getHours())}:${two(at.getMinutes())}${seconds}`;
}

/** The instant of a date and time field; null where it is empty, or half filled in. */
export function fromLocal(local: string): string | null {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** The time zone of the browser, by its name. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The day after, as a date field has it. */
export const tomorrow = (now: Date): string => dayOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1));

/** The instant at which a day is over. */
export function endOfDay(day: string): string {
  const [year, month, date] = day.split('-').map(Number);
  return new Date(year, month - 1, date + 1).toISOString();
}

/** The instant at which a day begins. */
export function startOfDay(day: string): string {
  const [year, month, date] = day.split('-').map(Number);
  return new Date(year, month - 1, date).toISOString();
}

/** Whether a text is a day as a date field has it: what stands in an address may be anything. */
export const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
