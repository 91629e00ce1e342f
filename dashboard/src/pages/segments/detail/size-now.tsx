import { Skeleton, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../../api/client';
import { ShareBar } from '../../../components/share-bar';
import { Ago } from '../../../components/time';
import { useFormat } from '../../../i18n/use-format';
import classes from './size-now.module.css';

/** How many customers a segment has now, and of how many. */
export function SizeNow({ count }: { count: (Schema<'CountView'> & { dataAsOf: string }) | undefined }) {
  const { t } = useTranslation('segments');
  const format = useFormat();
  if (!count)
    return (
      <div className={classes.now}>
        <Skeleton height={140} />
      </div>
    );
  return (
    <Stack gap="xs" className={classes.now}>
      <div className={classes.total}>{format.number(count.total)}</div>
      <ShareBar share={count.share} label={t('count.meter')} />
      <Text size="sm">
        {t('count.share', { share: format.percent(count.share), formatted: format.number(count.active_customers) })}
      </Text>
      <Text size="xs" c="dimmed">
        {t(count.source === 'index' ? 'count.fromIndex' : 'count.fromDatabase', {
          took: format.duration(count.elapsed_ms / 1000),
        })}
        {' · '}
        <Ago key={count.dataAsOf} at={count.dataAsOf} />
      </Text>
    </Stack>
  );
}
