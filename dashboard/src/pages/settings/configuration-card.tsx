import { Badge, Code, SegmentedControl, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
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
        <div className={classes.scroll} role="region" aria-label={t('configuration.title')} tabIndex={0}>
          <Table verticalSpacing="sm" className={classes.table}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('configuration.name')}</Table.Th>
                <Table.Th>{t('configuration.value')}</Table.Th>
                <Table.Th>{t('configuration.origin')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map(({ name, value, is_default, meaning }) => (
                <Table.Tr key={name}>
                  <Table.Td>
                    <Text size="sm" ff="monospace" fw={600}>
                      {name}
                    </Text>
                    <Text size="xs" c="dimmed" maw="32rem" lang="en">
                      {meaning}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <Code className={classes.value}>{value}</Code>
                  </Table.Td>
                  <Table.Td>
                    <Badge variant="light" color={is_default ? 'gray' : 'indigo'} tt="none">
                      {t(is_default ? 'configuration.default' : 'configuration.isChanged')}
                    </Badge>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Card>
  );
}
