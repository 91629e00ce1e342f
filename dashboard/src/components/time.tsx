import { Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../i18n/use-format';

const TICK_MS = 30_000;

/** An instant as "3 minutes ago", kept true; its date and time where the pointer rests. */
export function Ago({ at }: { at: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  if (!at) return t('never');
  const ahead = Date.parse(at) - now;
  const isJustNow = ahead > 0 && ahead < TICK_MS; // our now may be so old
  return (
    <time dateTime={at} title={format.dateTime(at)}>
      {format.ago(at, isJustNow ? Date.parse(at) : now)}
    </time>
  );
}

/** An instant as date and time. */
export function When({ at }: { at: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!at) return t('never');
  return <time dateTime={at}>{format.dateTime(at)}</time>;
}

/** A day where a tile has its figure: as high as a figure, and small enough for one line. */
export function DateFigure({ at }: { at: string }) {
  const format = useFormat();
  return (
    <Text span fz="1.25rem" lh="2.1875rem" fw={650}>
      <time dateTime={at}>{format.date(at)}</time>
    </Text>
  );
}
