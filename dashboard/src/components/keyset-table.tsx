import { Button, Group, Skeleton, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Keyset } from '../api/keyset';
import { useFormat } from '../i18n/use-format';
import classes from './keyset-table.module.css';
import { ProblemAlert } from './problem-alert';

/** A column of a table. */
export interface Column<Row> {
  key: string;
  label: ReactNode;
  /** Numbers stand at the right, below one another. */
  isNumber?: boolean;
  render: (row: Row) => ReactNode;
}

const ROWS_WHILE_LOADING = 5;

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
  const { list, columns } = props;
  if (list.error && list.rows.length === 0) return <ProblemAlert error={list.error} onRetry={list.refetch} />;
  if (!list.isPending && list.rows.length === 0) return props.empty;
  return (
    <>
      {list.error && <ProblemAlert error={list.error} onRetry={list.refetch} />}
      {/* scrolls sideways where it is narrow, by keyboard too */}
      <div className={classes.scroll} role="region" aria-label={props.label} tabIndex={0}>
        <Table highlightOnHover verticalSpacing="sm" className={classes.table} aria-busy={list.isPending}>
          <Table.Thead>
            <Table.Tr>
              {columns.map(({ key, label, isNumber }) => (
                <Table.Th key={key} className={isNumber ? classes.number : undefined}>
                  {label}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.isPending &&
              Array.from({ length: ROWS_WHILE_LOADING }, (_, row) => (
                <Table.Tr key={row}>
                  {columns.map(({ key }) => (
                    <Table.Td key={key}>
                      <Skeleton height={16} />
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            {list.rows.map((row) => (
              <Table.Tr key={props.rowKey(row)}>
                {columns.map(({ key, isNumber, render }) => (
                  <Table.Td key={key} className={isNumber ? classes.number : undefined}>
                    {render(row)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
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
