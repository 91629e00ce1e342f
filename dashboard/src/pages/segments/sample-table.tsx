import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { CustomerLink } from '../../components/customer-link';
import { DataTable } from '../../components/data-table';
import { useFormat } from '../../i18n/use-format';

/** As many as are asked for, each of two lines. */
const LOADING = { rows: 8, height: 32 };

/** Some customers in few columns: whoever they are, masked, and what they bought that counts. */
export function SampleTable({ customers }: { customers: readonly Schema<'CustomerFiguresView'>[] | undefined }) {
  const { t } = useTranslation('segments');
  const { t: common } = useTranslation();
  const format = useFormat();
  if (customers?.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('count.sampleNone')}
      </Text>
    );
  return (
    <DataTable
      label={t('sample.label')}
      horizontalSpacing={4}
      verticalSpacing={7}
      rows={customers}
      rowKey={({ user_id }) => user_id}
      loading={LOADING}
      columns={[
        {
          key: 'customer',
          label: t('sample.customer'),
          render: ({ user_id, email }) => (
            <>
              <CustomerLink id={user_id} />
              <Text size="xs" c="dimmed">
                {email}
              </Text>
            </>
          ),
        },
        {
          key: 'spent',
          label: t('sample.spent'),
          isNumber: true,
          render: ({ spent, purchases }) => (
            <>
              {spent === null ? '–' : format.money(spent)}
              <Text size="xs" c="dimmed">
                {common('count.purchases', { count: purchases, formatted: format.number(purchases) })}
              </Text>
            </>
          ),
        },
      ]}
    />
  );
}
