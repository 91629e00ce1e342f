import { Badge, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
import { Facts } from '../../components/facts';
import { Ago } from '../../components/time';
import { useFormat } from '../../i18n/use-format';

const COLORS = {
  off: 'gray',
  waiting: 'gray',
  loading: 'blue',
  ready: 'green',
  failed: 'red',
  'too-small': 'orange',
} as const;
const MEGABYTE = 1024 * 1024;

/** The copy in memory that makes counting fast, and how it is. */
export function IndexCard({ index }: { index: Schema<'ColumnIndexView'> }) {
  const { t } = useTranslation('settings');
  const format = useFormat();
  const progress = Math.round((index.progress ?? 0) * 100);
  const isThere = index.state === 'ready' || index.state === 'loading';
  return (
    <Card
      title={t('index.title')}
      description={t('index.lead')}
      actions={
        <Badge color={COLORS[index.state]} variant="light" tt="none" size="lg">
          {t(`index.state.${index.state}`)}
        </Badge>
      }
    >
      <Stack gap="sm">
        <Text size="sm">{t(`index.text.${index.state}`)}</Text>
        {index.state === 'loading' && (
          <div>
            <Progress value={progress} aria-label={t('index.loading')} size="lg" radius="xl" animated />
            <Text size="xs" c="dimmed" mt={4} className="numbers">
              {format.percent(progress / 100, 0)}
            </Text>
          </div>
        )}
        {isThere && (
          <Facts
            facts={[
              { name: t('index.customers'), value: format.number(index.customers) },
              { name: t('index.purchases'), value: format.number(index.purchases) },
              {
                name: t('index.memory'),
                value: t('index.megabytes', { formatted: format.number(Math.round(index.bytes / MEGABYTE)) }),
              },
              ...(index.as_of ? [{ name: t('index.asOf'), value: <Ago at={index.as_of} /> }] : []),
              ...(index.covers_from ? [{ name: t('index.coversFrom'), value: format.date(index.covers_from) }] : []),
            ]}
          />
        )}
      </Stack>
    </Card>
  );
}
