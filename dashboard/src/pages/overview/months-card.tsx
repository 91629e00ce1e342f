import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { lazy } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { ChartFrame, LegendItem } from '../../charts/chart-frame';
import { Card } from '../../components/card';
import { Ago } from '../../components/time';
import { useFormat } from '../../i18n/use-format';

const MonthsChart = lazy(() => import('../../charts/months-chart'));
/** Of the chart: reserved before it is there. */
const HEIGHT = 300;

/** What was bought in each of the last thirteen months. */
export function MonthsCard({ shop }: { shop: UseQueryResult<Schema<'ShopFiguresView'>> }) {
  const { t } = useTranslation('overview');
  const format = useFormat();
  const { data } = shop;
  if (!data)
    return (
      <Card title={t('months.title')} description={t('months.lead')}>
        <Skeleton height={HEIGHT + 36} animate={shop.isPending} />
      </Card>
    );
  const money = (amount: number | null) => (amount === null ? '–' : format.money(amount, 0));
  const last = data.months.at(-1)?.month;
  const name = (month: string) => (month === last ? t('months.soFar', { month: format.month(month) }) : format.month(month));
  return (
    <Card
      title={t('months.title')}
      description={
        <>
          {t('months.lead')} <Ago at={data.as_of} />
        </>
      }
    >
      <ChartFrame
        label={t('months.label')}
        height={HEIGHT}
        legend={
          <>
            <LegendItem color="var(--mantine-color-indigo-5)">{t('months.revenue')}</LegendItem>
            <LegendItem color="var(--mantine-color-teal-8)">{t('months.purchases')}</LegendItem>
            <LegendItem color="var(--mantine-color-indigo-3)">{t('months.current')}</LegendItem>
          </>
        }
        table={{
          head: [t('months.month'), t('months.revenue'), t('months.purchases'), t('months.customers')],
          rows: data.months.map(({ month, revenue, purchases, customers }) => ({
            key: month,
            cells: [name(month), money(revenue), format.number(purchases), format.number(customers)],
          })),
        }}
      >
        <MonthsChart
          months={data.months}
          tick={format.shortMonth}
          money={format.compactMoney}
          count={format.compact}
          tip={({ month, revenue, purchases }) => ({
            title: name(month),
            lines: [`${t('months.revenue')}: ${money(revenue)}`, `${t('months.purchases')}: ${format.number(purchases)}`],
          })}
        />
      </ChartFrame>
    </Card>
  );
}
