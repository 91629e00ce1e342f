export const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** How a schedule comes again, as it is chosen. What these choices cannot say is written as a rule. */
export interface Recurrence {
  kind: 'once' | 'daily' | 'weekly' | 'monthly' | 'rule';
  /** Every so many days, weeks or months. */
  interval: number;
  weekdays: Weekday[];
  /** 1…31, or -1: the last. */
  monthDay: number;
  /** How often; undefined: without end. */
  count: number | undefined;
  /** An RRULE value. */
  rule: string;
}

export const ONCE: Recurrence = { kind: 'once', interval: 1, weekdays: [], monthDay: 1, count: undefined, rule: '' };

/** The RRULE value of a choice (RFC 5545, section 3.3.10); null: once. */
export function toRule({ kind, interval, weekdays, monthDay, count, rule }: Recurrence): string | null {
  if (kind === 'once') return null;
  if (kind === 'rule') return rule.trim();
  const parts = [
    `FREQ=${kind.toUpperCase()}`,
    interval > 1 ? `INTERVAL=${interval}` : '',
    kind === 'weekly' && weekdays.length > 0 ? `BYDAY=${WEEKDAYS.filter((day) => weekdays.includes(day)).join(',')}` : '',
    kind === 'monthly' ? `BYMONTHDAY=${monthDay}` : '',
    count === undefined ? '' : `COUNT=${count}`,
  ];
  return parts.filter(Boolean).join(';');
}

const KINDS: Readonly<Record<string, Recurrence['kind'] | undefined>> = {
  DAILY: 'daily',
  WEEKLY: 'weekly',
  MONTHLY: 'monthly',
};
const isWeekday = (text: string): text is Weekday => (WEEKDAYS as readonly string[]).includes(text);

/** The choice that says the same as an RRULE value; the rule itself where none does. */
export function fromRule(rule: string | null): Recurrence {
  if (rule === null) return ONCE;
  const written: Recurrence = { ...ONCE, kind: 'rule', rule };
  const parts = new Map(rule.split(';').map((part): [string, string] => [part.split('=')[0], part.split('=')[1] ?? '']));
  const kind = KINDS[parts.get('FREQ') ?? ''];
  const byDay = parts.get('BYDAY')?.split(',') ?? [];
  if (!kind || !byDay.every(isWeekday)) return written;
  const choice: Recurrence = {
    ...ONCE,
    kind,
    interval: Number(parts.get('INTERVAL') ?? 1),
    weekdays: byDay,
    monthDay: Number(parts.get('BYMONTHDAY') ?? 1),
    count: parts.has('COUNT') ? Number(parts.get('COUNT')) : undefined,
  };
  // only what comes out the same is what was meant: nothing of a rule is lost by looking at it
  const same = (text: string | null) => text?.split(';').sort().join(';');
  return same(toRule(choice)) === same(rule) ? choice : written;
}

/** What a date has to do with a choice: the day of the week and of the month on which it begins. */
export function startOf(localDate: string): { weekday: Weekday; monthDay: number } {
  const day = new Date(`${localDate.slice(0, 10)}T00:00:00Z`);
  return { weekday: WEEKDAYS[(day.getUTCDay() + 6) % 7] ?? 'MO', monthDay: day.getUTCDate() || 1 };
}
