import { useTranslation } from 'react-i18next';
import type { Schema } from '../../../api/client';
import { DataTable } from '../../../components/data-table';
import { Disclosure } from '../../../components/disclosure';
import { useFormat } from '../../../i18n/use-format';

/** The purchases a condition looked at, behind a line that opens. */
export function NewestPurchases({ purchases }: { purchases: readonly Schema<'PurchaseView'>[] }) {
  const { t } = useTranslation('segments');
  const format = useFormat();
  return (
    <Disclosure label={t('explain.newest')} size="xs">
      <DataTable
        label={t('explain.newest')}
        fz="xs"
        maw="32rem"
        verticalSpacing={7}
        rows={purchases}
        rowKey={({ id }) => id}
        columns={[
          {
            key: 'date',
            label: t('explain.date'),
            render: ({ purchase_date }) => (purchase_date === null ? '–' : format.dateTime(purchase_date)),
          },
          { key: 'store', label: t('explain.store'), render: ({ store_name }) => store_name },
          {
            key: 'amount',
            label: t('explain.amount'),
            isNumber: true,
            render: ({ total_amount }) => (total_amount === null ? '–' : format.money(total_amount)),
          },
        ]}
      />
    </Disclosure>
  );
}
