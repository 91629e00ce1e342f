import { useMemo } from 'react';
import { useFormat } from '../../../i18n/use-format';

/** Instants as the clocks of a time zone show them. */
export function useZoned(zone: string): (instant: string) => string {
  const { locale } = useFormat();
  return useMemo(() => {
    const format = formatIn(locale, zone);
    return (instant) => format.format(new Date(instant));
  }, [locale, zone]);
}

function formatIn(locale: string, timeZone: string): Intl.DateTimeFormat {
  const options = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  } as const;
  try {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone });
  } catch {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }); // a zone that this browser does not know
  }
}
