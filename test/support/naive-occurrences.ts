/** A rule as its parts; what is left out is not asked. A day of the week is 1 (Monday) to 7. */
export interface NaiveRule {
  freq: 'HOURLY' | 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  interval?: number;
  byMonth?: number[];
  byMonthDay?: number[];
  byDay?: { nth?: number; day: number }[];
  byHour?: number[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NAMES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

export function written({ freq, interval, byMonth, byMonthDay, byDay, byHour }: NaiveRule): string {
  const parts = [`FREQ=${freq}`, interval && `INTERVAL=${interval}`];
  if (byMonth) parts.push(`BYMONTH=${byMonth.join()}`);
  if (byMonthDay) parts.push(`BYMONTHDAY=${byMonthDay.join()}`);
  if (byDay) parts.push(`BYDAY=${byDay.map(({ nth, day }) => `${nth ?? ''}${NAMES[day - 1]}`).join()}`);
  if (byHour) parts.push(`BYHOUR=${byHour.join()}`);
  return parts.filter(Boolean).join(';');
}

/** The local times of a rule, in milliseconds as if the zone were UTC: every hour from the start to the end is looked at. */
export function naiveWalls(rule: NaiveRule, start: number, end: number): number[] {
  const found: number[] = [];
  for (let wall = start; wall <= end; wall += HOUR) if (isOccurrence(rule, start, wall)) found.push(wall);
  return found;
}

function isOccurrence(rule: NaiveRule, start: number, wall: number): boolean {
  const [began, at] = [new Date(start), new Date(wall)];
  const { freq, interval = 1 } = rule;
  if (unitsSince(freq, began, at) % interval !== 0) return false;
  const hours = rule.byHour ?? (freq === 'HOURLY' ? undefined : [began.getUTCHours()]);
  if (hours && !hours.includes(at.getUTCHours())) return false;
  const { byMonth, byMonthDay, byDay } = rule;
  if (byMonth && !byMonth.includes(at.getUTCMonth() + 1)) return false;
  if (byMonthDay && !byMonthDay.some((n) => isMonthDay(at, n))) return false;
  if (byDay && !byDay.some(({ nth, day }) => weekday(at) === day && (nth === undefined || isNth(rule, at, nth))))
    return false;
  // what no part says is as it was at the start
  if (freq === 'WEEKLY' && !byDay && weekday(at) !== weekday(began)) return false;
  if (freq === 'MONTHLY' && !byDay && !byMonthDay && at.getUTCDate() !== began.getUTCDate()) return false;
  if (freq === 'YEARLY' && !byDay && !byMonthDay && at.getUTCDate() !== began.getUTCDate()) return false;
  return !(freq === 'YEARLY' && !byDay && !byMonth && !byMonthDay && at.getUTCMonth() !== began.getUTCMonth());
}

function unitsSince(freq: NaiveRule['freq'], began: Date, at: Date): number {
  const dayOf = (date: Date) => Math.floor(date.getTime() / DAY);
  const months = (date: Date) => date.getUTCFullYear() * 12 + date.getUTCMonth();
  if (freq === 'HOURLY') return Math.round((at.getTime() - began.getTime()) / HOUR);
  if (freq === 'DAILY') return dayOf(at) - dayOf(began);
  if (freq === 'WEEKLY') return Math.floor((dayOf(at) + 3) / 7) - Math.floor((dayOf(began) + 3) / 7); // 1970 began on a Thursday
  if (freq === 'MONTHLY') return months(at) - months(began);
  return at.getUTCFullYear() - began.getUTCFullYear();
}

const weekday = (date: Date) => date.getUTCDay() || 7;
const daysInMonth = (date: Date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
const isMonthDay = (date: Date, n: number) => date.getUTCDate() === (n > 0 ? n : daysInMonth(date) + 1 + n);

/** The nth of its weekday: in its month, or in the year where the rule is yearly and names no month. */
function isNth({ freq, byMonth }: NaiveRule, date: Date, nth: number): boolean {
  const inYear = freq === 'YEARLY' && !byMonth;
  const year = date.getUTCFullYear();
  const first = inYear ? Date.UTC(year, 0, 1) : Date.UTC(year, date.getUTCMonth(), 1);
  const end = inYear ? Date.UTC(year + 1, 0, 1) : Date.UTC(year, date.getUTCMonth() + 1, 1);
  const before = Math.floor((date.getTime() - first) / DAY);
  const after = Math.ceil((end - date.getTime()) / DAY) - 1;
  return nth > 0 ? Math.floor(before / 7) + 1 === nth : Math.floor(after / 7) + 1 === -nth;
}

/** The instant of a local time (RFC 5545, section 3.3.5), out of nothing but what a zone's clocks show at an instant. */
export function naiveInstant(wall: number, timeZone: string): number {
  const before = offset(wall - DAY, timeZone);
  const candidates = [wall - before, wall - offset(wall + DAY, timeZone)].sort((a, b) => a - b);
  return candidates.find((at) => at + offset(at, timeZone) === wall) ?? wall - before;
}

function offset(at: number, timeZone: string): number {
  return Date.parse(`${shown(timeZone).format(at).replace(' ', 'T')}Z`) - Math.floor(at / 1000) * 1000;
}

const formats = new Map<string, Intl.DateTimeFormat>();
function shown(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  // of Swedish, because its dates are 2026-12-01 09:00:00
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  formats.set(timeZone, format);
  return format;
}
