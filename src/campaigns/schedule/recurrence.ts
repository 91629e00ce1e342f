/** A recurrence rule as it is kept: checked, in capitals, and without what bounds it. */
export interface Recurrence {
  /** The rule without COUNT and UNTIL. */
  rule: string;
  /** How many occurrences there are in all. */
  count?: number;
  /** The last instant that may be an occurrence. Milliseconds since 1970. */
  until?: number;
}

/** Why a text is no rule that a campaign can be sent by; said to whoever wrote it. */
export class RecurrenceFault extends Error {}

const MAX_COUNT = 1000;
const MAX_INTERVAL = 1000;

/** A number that stands in a rule: `from`…`to` without sign, or with one where it may be counted from the end. */
const whole = (from: number, to: number) => (text: string) => /^\d{1,4}$/.test(text) && +text >= from && +text <= to;
const signed = (to: number) => (text: string) =>
  /^[+-]?\d{1,3}$/.test(text) && Math.abs(+text) >= 1 && Math.abs(+text) <= to;
const listOf =
  (isItem: (text: string) => boolean, max = 400) =>
  (text: string) =>
    text.split(',').length <= max && text.split(',').every(isItem);
const oneOf =
  (...words: string[]) =>
  (text: string) =>
    words.includes(text);

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const isWeekday = oneOf(...WEEKDAYS);
const isDay = (text: string) => isWeekday(text.slice(-2)) && (text.length === 2 || signed(53)(text.slice(0, -2)));

/**
 * The parts a rule may have (RFC 5545, section 3.3.10), what their values are, and how to say it. The library that reads the rule drops
 * unknown parts and values out of range without a word: a rule that is read otherwise than it was meant sends to everybody too often.
 */
const parts: Record<string, readonly [isValue: (text: string) => boolean, meaning: string]> = {
  FREQ: [oneOf('HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'), 'HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY'],
  INTERVAL: [whole(1, MAX_INTERVAL), `a whole number from 1 to ${MAX_INTERVAL}`],
  COUNT: [whole(1, MAX_COUNT), `a whole number from 1 to ${MAX_COUNT}`],
  UNTIL: [(text) => untilOf(text) !== undefined, 'an instant in UTC, 1970 to 2200, such as 20271231T225959Z'],
  BYMONTH: [listOf(whole(1, 12)), 'months from 1 to 12'],
  BYWEEKNO: [listOf(signed(53)), 'weeks from 1 to 53, or from -53 to -1'],
  BYYEARDAY: [listOf(signed(366)), 'days from 1 to 366, or from -366 to -1'],
  BYMONTHDAY: [listOf(signed(31)), 'days from 1 to 31, or from -31 to -1'],
  BYDAY: [listOf(isDay), `days such as MO, or 1MO and -1FR with up to 53 before it`],
  BYHOUR: [listOf(whole(0, 23)), 'hours from 0 to 23'],
  BYMINUTE: [listOf(whole(0, 59), 1), 'one minute from 0 to 59: a campaign goes out once an hour at most'],
  BYSECOND: [listOf(whole(0, 59), 1), 'one second from 0 to 59: a campaign goes out once an hour at most'],
  BYSETPOS: [listOf(signed(366)), 'positions from 1 to 366, or from -366 to -1'],
  WKST: [isWeekday, WEEKDAYS.join(', ')],
};

/**
 * Which parts do not go with which frequency: the table of RFC 5545, section 3.3.10. And BYSETPOS chooses among days here, never among
 * hours: looking for the 200th of the 24 hours of every day keeps the library busy for 20 s.
 */
const misfits: Record<string, readonly string[]> = {
  HOURLY: ['BYWEEKNO', 'BYSETPOS'],
  DAILY: ['BYWEEKNO', 'BYYEARDAY', 'BYSETPOS'],
  WEEKLY: ['BYWEEKNO', 'BYYEARDAY', 'BYMONTHDAY'],
  MONTHLY: ['BYWEEKNO', 'BYYEARDAY'],
  YEARLY: [],
};

/** Days that BYSETPOS can choose from. */
const DAYS_OF: Record<string, number> = { WEEKLY: 7, MONTHLY: 31, YEARLY: 366 };

/** Reads an RRULE value such as `FREQ=WEEKLY;BYDAY=MO,TH;COUNT=10`, also as it stands in a calendar, behind `RRULE:`. @throws RecurrenceFault */
export function parseRecurrence(text: string): Recurrence {
  const found = new Map<string, string>();
  for (const part of text
    .toUpperCase()
    .replace(/^RRULE:/, '')
    .split(';')) {
    const [name, value, ...more] = part.split('=');
    const known = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (!known)
      throw new RecurrenceFault(`${shown(name)} is no part of a rule here; there are ${Object.keys(parts).join(', ')}`);
    if (found.has(name)) throw new RecurrenceFault(`${name} stands in it twice`);
    const [isValue, meaning] = known;
    if (more.length > 0 || value === undefined || !isValue(value)) throw new RecurrenceFault(`${name} must be ${meaning}`);
    found.set(name, value);
  }
  refuseMisfits(found);
  const count = found.get('COUNT');
  const until = found.get('UNTIL');
  const rule = [...found]
    .filter(([name]) => name !== 'COUNT' && name !== 'UNTIL')
    .map(([name, value]) => `${name}=${value}`);
  return { rule: rule.join(';'), count: count && Number(count), until: until && untilOf(until) } as Recurrence;
}

function refuseMisfits(found: Map<string, string>): void {
  const frequency = found.get('FREQ');
  if (frequency === undefined) throw new RecurrenceFault('FREQ is missing: HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY');
  if (found.has('COUNT') && found.has('UNTIL')) throw new RecurrenceFault('COUNT and UNTIL exclude each other');
  for (const name of misfits[frequency])
    if (found.has(name)) throw new RecurrenceFault(`${name} does not go with FREQ=${frequency}`);
  const isNumbered = /\d/.test(found.get('BYDAY') ?? '');
  if (isNumbered && !(frequency === 'MONTHLY' || (frequency === 'YEARLY' && !found.has('BYWEEKNO'))))
    throw new RecurrenceFault('BYDAY with numbers goes with FREQ=MONTHLY, and with FREQ=YEARLY without BYWEEKNO');
  refuseUnchosen(found, DAYS_OF[frequency]);
}

/** BYSETPOS that has nothing to choose from, or chooses what is never there. */
function refuseUnchosen(found: Map<string, string>, days: number): void {
  const positions = found.get('BYSETPOS')?.split(',');
  if (!positions) return;
  if (![...found.keys()].some((name) => name.startsWith('BY') && name !== 'BYSETPOS'))
    throw new RecurrenceFault('BYSETPOS needs another part of BY… to choose from');
  if (found.get('BYHOUR')?.includes(',')) throw new RecurrenceFault('BYSETPOS goes with one BYHOUR: it chooses among days');
  if (positions.some((position) => Math.abs(Number(position)) > days))
    throw new RecurrenceFault(
      `BYSETPOS with FREQ=${found.get('FREQ')} must be positions up to ${days}, or down to -${days}`,
    );
}

/** `20271231T225959Z` in milliseconds since 1970; undefined where it is no instant of the years 1970 to 2200. */
function untilOf(text: string): number | undefined {
  const written = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!written) return undefined;
  const [, year, month, day, hour, minute, second] = written;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const at = Date.parse(iso);
  if (Number.isNaN(at) || new Date(at).toISOString() !== iso) return undefined;
  return Number(year) >= 1970 && Number(year) <= 2200 ? at : undefined;
}

/** What of a caller's text is repeated to the caller. */
const shown = (text: string) => JSON.stringify(text.slice(0, 30));
