import { Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { StatTile, Tiles } from '../../components/card';
import { Ago, DateFigure } from '../../components/time';
import { useFormat } from '../../i18n/use-format';

/** What a customer bought, in figures. */
export function PurchaseFigures({ customer }: { customer: Schema<'CustomerProfileView'> | undefined }) {
  const { t } = useTranslation('customers');
  const format = useFormat();
  const wait = <Skeleton height={28} width="60%" my={4} component="span" display="block" />;
  const hintWait = <Skeleton height={12} width="80%" my={3} component="span" display="block" />;
  const money = (amount: number | null) => (amount === null ? '–' : format.money(amount));
  return (
    <Tiles>
      <StatTile
        label={t('figures.purchases')}
        value={customer ? format.number(customer.purchases) : wait}
        hint={
          customer
            ? customer.first_purchase_at
              ? t('figures.first', { date: format.date(customer.first_purchase_at) })
              : t('figures.noPurchase')
            : hintWait
        }
      />
      <StatTile
        label={t('figures.spent')}
        value={customer ? money(customer.spent) : wait}
        hint={customer ? t('figures.spentHint') : hintWait}
      />
      <StatTile
        label={t('figures.average')}
        value={customer ? money(customer.average_spent) : wait}
        hint={customer ? t('figures.averageHint') : hintWait}
      />
      <StatTile
        label={t('figures.last')}
        value={customer ? customer.last_purchase_at ? <DateFigure at={customer.last_purchase_at} /> : '–' : wait}
        hint={
          customer ? customer.last_purchase_at ? <Ago at={customer.last_purchase_at} /> : t('figures.noPurchase') : hintWait
        }
      />
    </Tiles>
  );
}
