import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format';
import { type Recurrence, type Weekday, WEEKDAYS } from './recurrence';

/** 1 January 2024 was a Monday. */
const A_MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** The days of the week by their names. */
export function useWeekdayName(width: 'long' | 'short' = 'long'): (day: Weekday) => string {
  const { locale } = useFormat();
  const format = new Intl.DateTimeFormat(locale, { weekday: width, timeZone: 'UTC' });
  return (day) => format.format(A_MONDAY + WEEKDAYS.indexOf(day) * DAY_MS);
}

/** When it comes again, as a sentence. */
export function useRecurrenceText(): (recurrence: Recurrence) => string {
  const { t } = useTranslation('campaigns');
  const format = useFormat();
  const weekdayName = useWeekdayName();
  return ({ kind, interval, weekdays, monthDay, count, rule }) => {
    if (kind === 'once') return t('recurrence.once');
    if (kind === 'rule') return t('recurrence.rule', { rule });
    const every = t(`recurrence.every.${kind}`, { count: interval, formatted: format.number(interval) });
    const on =
      kind === 'weekly' && weekdays.length > 0
        ? t('recurrence.onDays', { days: format.list(weekdays.map(weekdayName)) })
        : kind === 'monthly'
          ? monthDay === -1
            ? t('recurrence.onLastDay')
            : t('recurrence.onDay', { day: format.number(monthDay) })
          : '';
    const end = count === undefined ? '' : t('recurrence.times', { count, formatted: format.number(count) });
    return [every, on, end].filter(Boolean).join(', ');
  };
}
