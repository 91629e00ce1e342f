import { Group, Table, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../../api/client';
import tableClasses from '../../../components/keyset-table.module.css';
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
        <div className={tableClasses.scroll} role="region" aria-label={t('explain.newest')} tabIndex={0}>
          <Table fz="xs" maw="32rem">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('explain.date')}</Table.Th>
                <Table.Th>{t('explain.store')}</Table.Th>
                <Table.Th className={tableClasses.number}>{t('explain.amount')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {purchases.map(({ id, purchase_date, store_name, total_amount }) => (
                <Table.Tr key={id}>
                  <Table.Td>{purchase_date === null ? '–' : format.dateTime(purchase_date)}</Table.Td>
                  <Table.Td>{store_name}</Table.Td>
                  <Table.Td className={tableClasses.number}>
                    {total_amount === null ? '–' : format.money(total_amount)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </>
  );
}
