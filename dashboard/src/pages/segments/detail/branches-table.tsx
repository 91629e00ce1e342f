import { Box, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../../api/client';
import { DataTable } from '../../../components/data-table';
import { ShareBar } from '../../../components/share-bar';
import { useFormat } from '../../../i18n/use-format';
import { useWords } from '../reading-list';
import { type NameOf, readingOf, readingsIn } from '../rules/reading';
import type { Rule } from '../rules/rule';

/** The parts of a rule in plain words, what belongs to one further in, each with its own customers. */
export function BranchesTable(props: { rule: Rule; count: Schema<'CountView'>; nameOf: NameOf }) {
  const { t } = useTranslation('segments');
  const format = useFormat();
  const words = useWords();
  const totals = new Map(props.count.parts.map(({ pointer, total }) => [pointer, total]));
  return (
    <DataTable
      label={t('page.branches')}
      rows={readingsIn(readingOf(props.rule, words, props.nameOf))}
      rowKey={({ reading }) => reading.pointer}
      columns={[
        {
          key: 'part',
          label: t('page.part'),
          render: ({ depth, reading }) => (
            <Text size="sm" miw="9rem" pl={`${depth * 1.25}rem`}>
              {reading.text}
            </Text>
          ),
        },
        {
          key: 'customers',
          label: t('page.customers'),
          isNumber: true,
          render: ({ reading }) => {
            const total = totals.get(reading.pointer);
            const share = props.count.active_customers > 0 ? (total ?? 0) / props.count.active_customers : 0;
            return (
              <Group justify="flex-end" wrap="nowrap">
                <Box w="min(7rem, 10vw)">
                  <ShareBar share={share} label={`${reading.text}: ${format.percent(share)}`} />
                </Box>
                <Text size="sm" miw="3rem">
                  {total === undefined ? '–' : format.number(total)}
                </Text>
              </Group>
            );
          },
        },
      ]}
    />
  );
}
