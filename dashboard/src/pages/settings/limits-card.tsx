import { Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
import { useFormat } from '../../i18n/use-format';
import { inWholeUnits } from './limits';
import classes from './settings.module.css';

/** What the service takes at most. No setting changes it. */
export function LimitsCard({ limits }: { limits: Schema<'LimitView'>[] }) {
  const { t } = useTranslation('settings');
  const format = useFormat();
  return (
    <Card title={t('limits.title')} description={t('limits.lead')}>
      <div className={classes.scroll} role="region" aria-label={t('limits.title')} tabIndex={0}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('limits.what')}</Table.Th>
              <Table.Th className={classes.number}>{t('limits.value')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {limits.map((limit) => {
              const { value, unit } = inWholeUnits(limit);
              return (
                <Table.Tr key={limit.name}>
                  <Table.Td>
                    <Text size="sm" lang="en">
                      {limit.meaning}
                    </Text>
                    <Text size="xs" c="dimmed" ff="monospace">
                      {limit.name}
                    </Text>
                  </Table.Td>
                  <Table.Td className={classes.number}>
                    {unit === 'items'
                      ? format.number(value)
                      : t(`unit.${unit}`, { count: value, formatted: format.number(value) })}
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </div>
    </Card>
  );
}
