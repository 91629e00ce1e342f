import { Button, Text } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconShoppingBag } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
import { EmptyState } from '../../components/empty-state';
import type { Column } from '../../components/data-table';
import { KeysetTable } from '../../components/keyset-table';
import { When } from '../../components/time';
import { useFormat } from '../../i18n/use-format';
import classes from './customers.module.css';
import { productOf } from './products';
import { usePurchases } from './queries';

/** What a customer bought, newest first. */
export function PurchasesCard({ id }: { id: string }) {
  const { t } = useTranslation('customers');
  const format = useFormat();
  const purchases = usePurchases(id);
  const columns: Column<Schema<'CustomerPurchaseView'>>[] = [
    {
      key: 'date',
      label: t('purchases.date'),
      render: ({ purchase_date }) => (purchase_date ? <When at={purchase_date} /> : '–'),
    },
    { key: 'store', label: t('purchases.store'), render: ({ store_name }) => store_name },
    { key: 'products', label: t('purchases.products'), render: (purchase) => <Products purchase={purchase} /> },
    {
      key: 'amount',
      label: t('purchases.amount'),
      isNumber: true,
      render: ({ total_amount }) => (total_amount === null ? '–' : format.money(total_amount)),
    },
  ];
  return (
    <Card title={t('purchases.title')}>
      <KeysetTable
        label={t('purchases.title')}
        list={purchases}
        columns={columns}
        rowKey={(purchase) => purchase.id}
        empty={<EmptyState icon={IconShoppingBag} title={t('purchases.none')} />}
      />
    </Card>
  );
}

/** What was in one, when it is asked for. */
function Products({ purchase }: { purchase: Schema<'CustomerPurchaseView'> }) {
  const { t } = useTranslation('customers');
  const format = useFormat();
  const listId = useId();
  const [isOpen, setOpen] = useState(false);
  const count = purchase.num_products ?? purchase.products.length;
  const said = t('purchases.count', { count, formatted: format.number(count) });
  if (purchase.products.length === 0) return said;
  return (
    <>
      <Button
        variant="subtle"
        size="compact-sm"
        ml={-8}
        aria-expanded={isOpen}
        aria-controls={listId}
        leftSection={isOpen ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
        onClick={() => setOpen(!isOpen)}
      >
        {said}
      </Button>
      <ul id={listId} className={classes.products} hidden={!isOpen}>
        {isOpen &&
          purchase.products.map(productOf).map(({ name, quantity, price }, i) => (
            <li key={i}>
              <span>
                {quantity !== undefined && quantity !== 1 && `${format.number(quantity)} × `}
                {name}
              </span>
              {price !== undefined && (
                <Text span size="xs" c="dimmed" className="numbers">
                  {format.money(price)}
                </Text>
              )}
            </li>
          ))}
      </ul>
    </>
  );
}
