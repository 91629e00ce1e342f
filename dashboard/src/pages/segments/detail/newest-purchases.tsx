import { Group, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../../api/client';
import { DataTable } from '../../../components/data-table';
import { useFormat } from '../../../i18n/use-format';

/** The purchases a condition looked at, behind a line that opens. */
export function NewestPurchases({ purchases }: { purchases: readonly Schema<'PurchaseView'>[] }) {
  const { t } = useTranslation('segments');
  const format = useFormat();
  const [isOpen, { toggle }] = useDisclosure(false);
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <>
      <UnstyledButton onClick={toggle} aria-expanded={isOpen} c="dimmed" fz="xs" mt={4}>
        <Group gap={4}>
          <Chevron size={14} aria-hidden />
          {t('explain.newest')}
        </Group>
      </UnstyledButton>
      {isOpen && (
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
      )}
    </>
  );
}
