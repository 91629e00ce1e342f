import { Badge, Code, SegmentedControl, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
import { DataTable } from '../../components/data-table';
import classes from './settings.module.css';

/** How the service was set up: what differs from the defaults first, since that is what somebody decided. */
export function ConfigurationCard({ variables }: { variables: Schema<'VariableView'>[] }) {
  const { t } = useTranslation('settings');
  const [which, setWhich] = useState('changed');
  const changed = variables.filter(({ is_default }) => !is_default);
  const shown = which === 'changed' ? changed : variables;
  return (
    <Card
      title={t('configuration.title')}
      description={t('configuration.lead')}
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t('configuration.which')}
          value={which}
          onChange={setWhich}
          data={[
            { value: 'changed', label: `${t('configuration.changed')} (${changed.length})` },
            { value: 'all', label: `${t('configuration.all')} (${variables.length})` },
          ]}
        />
      }
    >
      {shown.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('configuration.none')}
        </Text>
      ) : (
        <DataTable
          label={t('configuration.title')}
          rows={shown}
          rowKey={({ name }) => name}
          columns={[
            {
              key: 'name',
              label: t('configuration.name'),
              className: classes.cell,
              render: ({ name, meaning }) => (
                <>
                  <Text size="sm" ff="monospace" fw={600}>
                    {name}
                  </Text>
                  <Text size="xs" c="dimmed" maw="32rem" lang="en">
                    {meaning}
                  </Text>
                </>
              ),
            },
            {
              key: 'value',
              label: t('configuration.value'),
              className: classes.cell,
              render: ({ value }) => <Code className={classes.value}>{value}</Code>,
            },
            {
              key: 'origin',
              label: t('configuration.origin'),
              className: classes.cell,
              render: ({ is_default }) => (
                <Badge variant="light" color={is_default ? 'gray' : 'indigo'} tt="none">
                  {t(is_default ? 'configuration.default' : 'configuration.isChanged')}
                </Badge>
              ),
            },
          ]}
        />
      )}
    </Card>
  );
}
