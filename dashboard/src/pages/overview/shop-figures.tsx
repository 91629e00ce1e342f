import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { StatTile } from '../../components/card';
import { ProblemAlert } from '../../components/problem-alert';
import { useFormat } from '../../i18n/use-format';
import classes from './overview.module.css';

/** Customers, and this month beside the whole month before: it is not over, so no plus or minus is made of it. */
export function ShopFigures({ shop }: { shop: UseQueryResult<Schema<'ShopFiguresView'>> }) {
  const { t } = useTranslation('overview');
  const format = useFormat();
  if (shop.error && !shop.data) return <ProblemAlert error={shop.error} onRetry={() => void shop.refetch()} />;
  const figures = shop.data;
  const [before, current] = figures?.months.slice(-2) ?? [];
  const wait = <Skeleton height={28} width="60%" my={4} component="span" display="block" />;
  const hintWait = <Skeleton height={12} width="80%" my={3} component="span" display="block" />;
  const share = (part: number, whole: number) => (whole > 0 ? format.percent(part / whole) : t('figures.noneYet'));
  const month = current ? format.shortMonth(current.month) : '…';
  const soFar = (now: number | null, then: number | null, written: (value: number) => string) =>
    before && then !== null && then > 0 && now !== null
      ? t('figures.ofMonth', {
          share: format.percent(now / then, 0),
          month: format.shortMonth(before.month),
          value: written(then),
        })
      : t('figures.soFar');
  const money = (amount: number | null) => (amount === null ? '–' : format.money(amount, 0));
  return (
    <div className={classes.figures} aria-busy={shop.isPending}>
      <StatTile
        label={t('figures.customers')}
        to="/customers"
        value={figures ? format.number(figures.customers) : wait}
        hint={figures ? t('figures.customersHint') : hintWait}
      />
      <StatTile
        label={t('figures.active')}
        value={figures ? format.number(figures.active_customers) : wait}
        hint={figures ? t('figures.activeHint', { share: share(figures.active_customers, figures.customers) }) : hintWait}
      />
      <StatTile
        label={t('figures.new')}
        value={figures ? format.number(figures.new_customers_30_days) : wait}
        hint={figures ? t('figures.newHint', { share: share(figures.new_customers_30_days, figures.customers) }) : hintWait}
      />
      <StatTile
        label={t('figures.revenue', { month })}
        value={current ? money(current.revenue) : wait}
        hint={current ? soFar(current.revenue, before.revenue, (value) => format.money(value, 0)) : hintWait}
      />
      <StatTile
        label={t('figures.purchases', { month })}
        value={current ? format.number(current.purchases) : wait}
        hint={current ? soFar(current.purchases, before.purchases, format.number) : hintWait}
      />
    </div>
  );
}
