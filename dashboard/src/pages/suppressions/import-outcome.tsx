import { Alert, Stack, Text } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { Facts } from '../../components/facts';
import { useFormat } from '../../i18n/use-format';

/** What an import did, and the lines of which nothing is kept. */
export function ImportOutcome({ outcome }: { outcome: Schema<'SuppressionImportView'> }) {
  const { t } = useTranslation('suppressions');
  const format = useFormat();
  const { added, replaced, unchanged, unknown, unknown_lines } = outcome;
  return (
    <Alert color="green" icon={<IconCheck aria-hidden />} title={t('outcome.title')} role="status">
      <Stack gap="xs">
        <Facts
          facts={[
            { name: t('outcome.added'), value: format.number(added) },
            { name: t('outcome.replaced'), value: format.number(replaced) },
            { name: t('outcome.unchanged'), value: format.number(unchanged) },
            { name: t('outcome.unknown'), value: format.number(unknown) },
          ]}
        />
        {unknown > 0 && (
          <Text size="sm">
            {t('outcome.unknownText', { lines: format.list(unknown_lines.map((line) => format.number(line))) })}
            {unknown > unknown_lines.length &&
              ` ${t('outcome.more', { formatted: format.number(unknown - unknown_lines.length) })}`}
          </Text>
        )}
      </Stack>
    </Alert>
  );
}
