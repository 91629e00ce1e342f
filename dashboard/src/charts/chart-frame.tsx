import { Button, Group } from '@mantine/core';
import { IconChartBar, IconTable } from '@tabler/icons-react';
import { type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DataTable } from '../components/data-table';
import classes from './chart-frame.module.css';

/** The same figures in words and numbers. The first column names the row. */
export interface ChartTable {
  head: string[];
  rows: { key: string; cells: ReactNode[] }[];
}

/** A chart that is loaded when it is needed, and its table for whoever reads numbers. Both take the same room, so that nothing jumps. */
export function ChartFrame(props: {
  label: string;
  height: number;
  table: ChartTable;
  legend?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const [isTable, setTable] = useState(false);
  return (
    <>
      <div className={classes.frame} style={{ height: props.height }}>
        {isTable ? (
          <DataTable
            label={props.label}
            maxHeight="100%"
            stickyHeader
            verticalSpacing={7}
            rows={props.table.rows}
            rowKey={({ key }) => key}
            columns={props.table.head.map((label, i) => ({
              key: label,
              label,
              isNumber: i > 0,
              render: ({ cells }: ChartTable['rows'][number]) => cells[i],
            }))}
          />
        ) : (
          <div role="img" aria-label={props.label}>
            <Suspense fallback={null}>{props.children}</Suspense>
          </div>
        )}
      </div>
      <Group justify="space-between" mt="xs" gap="xs">
        <Group gap="md">{props.legend}</Group>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={isTable ? <IconChartBar size={16} aria-hidden /> : <IconTable size={16} aria-hidden />}
          onClick={() => setTable(!isTable)}
        >
          {t(isTable ? 'chart.asChart' : 'chart.asTable')}
        </Button>
      </Group>
    </>
  );
}

/** What a colour of a chart stands for. */
export const LegendItem = ({ color, children }: { color: string; children: ReactNode }) => (
  <span className={classes.legend}>
    <span className={classes.swatch} style={{ background: color }} />
    {children}
  </span>
);
