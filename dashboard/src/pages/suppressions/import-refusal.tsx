import { Alert, Stack, Table, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../../api/problem';
import { ProblemAlert } from '../../components/problem-alert';
import { useFormat } from '../../i18n/use-format';
import { faultsOf } from './import-faults';
import classes from './suppressions.module.css';

/** Which lines of a file are wrong; nothing of it was stored. */
export function ImportRefusal({ error }: { error: Error }) {
  const { t } = useTranslation('suppressions');
  const format = useFormat();
  const faults = error instanceof ApiProblem ? faultsOf(error.errors) : [];
  if (faults.length === 0) return <ProblemAlert error={error} />;
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={t('refused.title')} role="alert">
      <Stack gap="xs">
        <Text size="sm">{t('refused.text')}</Text>
        <div className={classes.faults} role="region" aria-label={t('refused.title')} tabIndex={0}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('refused.line')}</Table.Th>
                <Table.Th>{t('refused.column')}</Table.Th>
                <Table.Th>{t('refused.what')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {faults.map(({ line, column, detail }) => (
                <Table.Tr key={`${line} ${column} ${detail}`}>
                  <Table.Td>{line === undefined ? '–' : format.number(line)}</Table.Td>
                  <Table.Td>{column ?? '–'}</Table.Td>
                  <Table.Td>{detail}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      </Stack>
    </Alert>
  );
}
