import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
import { DataTable } from '../../components/data-table';
import { useFormat } from '../../i18n/use-format';
import { inWholeUnits } from './limits';

/** What the service takes at most. No setting changes it. */
export function LimitsCard({ limits }: { limits: Schema<'LimitView'>[] }) {
  const { t } = useTranslation('settings');
  const format = useFormat();
  return (
    <Card title={t('limits.title')} description={t('limits.lead')}>
      <DataTable
        label={t('limits.title')}
        verticalSpacing="xs"
        rows={limits}
        rowKey={({ name }) => name}
        columns={[
          {
            key: 'what',
            label: t('limits.what'),
            render: ({ meaning, name }) => (
              <>
                <Text size="sm" lang="en">
                  {meaning}
                </Text>
                <Text size="xs" c="dimmed" ff="monospace">
                  {name}
                </Text>
              </>
            ),
          },
          {
            key: 'value',
            label: t('limits.value'),
            isNumber: true,
            render: (limit) => {
              const { value, unit } = inWholeUnits(limit);
              const formatted = format.number(value);
              return unit === 'items' ? formatted : t(`unit.${unit}`, { count: value, formatted });
            },
          },
        ]}
      />
    </Card>
  );
}
