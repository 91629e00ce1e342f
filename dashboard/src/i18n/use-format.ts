import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { localeOf } from './languages';

/** The currency of the purchases: the tables do not say, and the shops this started from sell in euros. */
const CURRENCY = 'EUR';

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** Numbers, money and instants as they are written where the reader is. Instants are ISO 8601. */
export interface Format {
  locale: string;
  number: (value: number) => string;
  /** 1,200,000 as 1.2M. */
  compact: (value: number) => string;
  /** Of 0…1. */
  percent: (share: number, digits?: number) => string;
  money: (amount: number, digits?: number) => string;
  compactMoney: (amount: number) => string;
  date: (instant: string) => string;
  dateTime: (instant: string) => string;
  /** `2026-11` as Nov 2026. */
  month: (month: string) => string;
  /** `2026-11` as Nov. */
  shortMonth: (month: string) => string;
  /** An instant's time of the day. */
  time: (instant: string) => string;
  /** "3 minutes ago". */
  ago: (instant: string, now?: number) => string;
  /** Seconds as "1 min 30 s". */
  duration: (seconds: number) => string;
  /** "a, b and c". */
  list: (items: string[]) => string;
  /** "a, b or c". */
  either: (items: string[]) => string;
}

export function useFormat(): Format {
  const { i18n } = useTranslation();
  return useMemo(() => formatFor(localeOf(i18n.language)), [i18n.language]);
}

export function formatFor(locale: string): Format {
  const number = new Intl.NumberFormat(locale);
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
  const compactMoney = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: CURRENCY,
    notation: 'compact',
    maximumFractionDigits: 1,
  });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const month = new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric', timeZone: 'UTC' });
  const shortMonth = new Intl.DateTimeFormat(locale, { month: 'short', timeZone: 'UTC' });
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const either = new Intl.ListFormat(locale, { type: 'disjunction' });
  const unit = (value: number, name: string) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'narrow', maximumFractionDigits: 1 }).format(
      value,
    );
  return {
    locale,
    number: (value) => number.format(value),
    compact: (value) => compact.format(value),
    percent: (share, digits = 1) =>
      new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: digits }).format(share),
    money: (amount, digits = 2) =>
      new Intl.NumberFormat(locale, {
        style: 'currency',
        currency: CURRENCY,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }).format(amount),
    compactMoney: (amount) => compactMoney.format(amount),
    date: (instant) => date.format(new Date(instant)),
    dateTime: (instant) => dateTime.format(new Date(instant)),
    month: (text) => month.format(new Date(`${text}-01T00:00:00Z`)),
    shortMonth: (text) => shortMonth.format(new Date(`${text}-01T00:00:00Z`)),
    time: (instant) => time.format(new Date(instant)),
    ago: (instant, now = Date.now()) => {
      const seconds = (new Date(instant).getTime() - now) / 1000;
      const [name, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
      return relative.format(Math.trunc(seconds / size), name);
    },
    duration: (seconds) => {
      if (seconds < 1) return unit(Math.round(seconds * 1000), 'millisecond');
      if (seconds < 60) return unit(seconds, 'second');
      if (seconds < 3600) return `${unit(Math.floor(seconds / 60), 'minute')} ${unit(Math.round(seconds % 60), 'second')}`;
      return `${unit(Math.floor(seconds / 3600), 'hour')} ${unit(Math.round((seconds % 3600) / 60), 'minute')}`;
    },
    list: (items) => list.format(items),
    either: (items) => either.format(items),
  };
}
