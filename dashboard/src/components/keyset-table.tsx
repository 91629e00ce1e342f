import { Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Keyset } from '../api/keyset';
import { useFormat } from '../i18n/use-format';
import { type Column, DataTable } from './data-table';
import { ProblemAlert } from './problem-alert';

/** A list of the API as a table that grows at its end. `label` names it for those who do not see it. */
export function KeysetTable<Row>(props: {
  label: string;
  list: Keyset<Row>;
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  /** In place of a table without rows. */
  empty: ReactNode;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const { list } = props;
  if (list.error && list.rows.length === 0) return <ProblemAlert error={list.error} onRetry={list.refetch} />;
  if (!list.isPending && list.rows.length === 0) return props.empty;
  return (
    <>
      {list.error && <ProblemAlert error={list.error} onRetry={list.refetch} />}
      <DataTable
        label={props.label}
        columns={props.columns}
        rows={list.isPending ? undefined : list.rows}
        rowKey={props.rowKey}
        highlightOnHover
      />
      <Group justify="space-between" mt="sm" mih={36}>
        <Text size="sm" c="dimmed" aria-live="polite">
          {!list.isPending &&
            (list.total === undefined
              ? t('list.loaded', { shown: format.number(list.rows.length) })
              : t('list.shown', {
                  shown: format.number(list.rows.length),
                  count: list.total,
                  formatted: format.number(list.total),
                }))}
        </Text>
        {list.hasMore && (
          <Button variant="default" size="sm" loading={list.isLoadingMore} onClick={list.loadMore}>
            {t('action.loadMore')}
          </Button>
        )}
      </Group>
    </>
  );
}
