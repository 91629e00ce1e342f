import { Alert, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../../api/problem';
import { DataTable } from '../../components/data-table';
import { ProblemAlert } from '../../components/problem-alert';
import { useFormat } from '../../i18n/use-format';
import { faultsOf } from './import-faults';

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
        <DataTable
          label={t('refused.title')}
          verticalSpacing={7}
          maxHeight="16rem"
          rows={faults}
          rowKey={({ line, column, detail }) => `${line} ${column} ${detail}`}
          columns={[
            {
              key: 'line',
              label: t('refused.line'),
              render: ({ line }) => (line === undefined ? '–' : format.number(line)),
            },
            { key: 'column', label: t('refused.column'), render: ({ column }) => column ?? '–' },
            { key: 'what', label: t('refused.what'), render: ({ detail }) => detail },
          ]}
        />
      </Stack>
    </Alert>
  );
}
