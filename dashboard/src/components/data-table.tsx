import { Skeleton, Table, type TableProps } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './data-table.module.css';

/** A column of a table. */
export interface Column<Row> {
  key: string;
  label: ReactNode;
  /** Numbers stand at the right, below one another. */
  isNumber?: boolean;
  /** It names the row. */
  isRowHeader?: boolean;
  className?: string;
  render: (row: Row) => ReactNode;
}

type Looks = Pick<TableProps, 'verticalSpacing' | 'horizontalSpacing' | 'highlightOnHover' | 'stickyHeader' | 'fz' | 'maw'>;

/** A table in a region of its own, which scrolls where it is too narrow, by keyboard too. `label` names it for those who do not see it. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowKey,
  loading = { rows: 5, height: 16 },
  maxHeight,
  ...looks
}: Looks & {
  label: string;
  columns: readonly Column<Row>[];
  /** Undefined while they are loaded. */
  rows: readonly Row[] | undefined;
  rowKey: (row: Row) => string;
  /** What stands there meanwhile; `height` of a line in pixels. */
  loading?: { rows: number; height: number };
  maxHeight?: string;
}) {
  const classOf = ({ isNumber, className = '' }: Column<Row>) => (isNumber ? `${classes.number} ${className}` : className);
  return (
    <div className={classes.scroll} style={{ maxHeight }} role="region" aria-label={label} tabIndex={0}>
      <Table className={classes.table} aria-busy={rows === undefined} verticalSpacing="sm" {...looks}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column.key} className={column.isNumber ? classes.number : undefined}>
                {column.label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {!rows &&
            Array.from({ length: loading.rows }, (_, row) => (
              <Table.Tr key={row}>
                {columns.map(({ key }) => (
                  <Table.Td key={key}>
                    <Skeleton height={loading.height} />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          {rows?.map((row) => (
            <Table.Tr key={rowKey(row)}>
              {columns.map((column) =>
                column.isRowHeader ? (
                  <Table.Th key={column.key} scope="row" className={classOf(column)}>
                    {column.render(row)}
                  </Table.Th>
                ) : (
                  <Table.Td key={column.key} className={classOf(column)}>
                    {column.render(row)}
                  </Table.Td>
                ),
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
