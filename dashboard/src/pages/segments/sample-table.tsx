import { Skeleton, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import tableClasses from '../../components/keyset-table.module.css';
import { CustomerLink } from '../../components/customer-link';
import { useFormat } from '../../i18n/use-format';

const ROWS_WHILE_LOADING = 8;

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
    <div className={tableClasses.scroll} role="region" aria-label={t('sample.label')} tabIndex={0}>
      <Table horizontalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('sample.customer')}</Table.Th>
            <Table.Th className={tableClasses.number}>{t('sample.spent')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {customers === undefined &&
            Array.from({ length: ROWS_WHILE_LOADING }, (_, row) => (
              <Table.Tr key={row}>
                <Table.Td colSpan={2}>
                  <Skeleton height={32} />
                </Table.Td>
              </Table.Tr>
            ))}
          {customers?.map(({ user_id, email, purchases, spent }) => (
            <Table.Tr key={user_id}>
              <Table.Td>
                <CustomerLink id={user_id} />
                <Text size="xs" c="dimmed">
                  {email}
                </Text>
              </Table.Td>
              <Table.Td className={tableClasses.number}>
                {spent === null ? '–' : format.money(spent)}
                <Text size="xs" c="dimmed">
                  {common('count.purchases', { count: purchases, formatted: format.number(purchases) })}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
