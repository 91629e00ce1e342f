import { Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../../api/client';
import tableClasses from '../../../components/keyset-table.module.css';
import { useFormat } from '../../../i18n/use-format';
import type { Upset } from './upset';

/** The plot as figures: every combination, the smallest too. */
export function OverlapTable({ segments, upset }: { segments: readonly Schema<'SegmentTotalView'>[]; upset: Upset }) {
  const { t } = useTranslation('segments');
  const format = useFormat();
  return (
    <div className={tableClasses.scroll} role="region" aria-label={t('overlap.title')} tabIndex={0}>
      <Table verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('overlap.combination')}</Table.Th>
            <Table.Th className={tableClasses.number}>{t('overlap.exactly')}</Table.Th>
            <Table.Th className={tableClasses.number}>{t('overlap.shareOf')}</Table.Th>
            <Table.Th className={tableClasses.number}>{t('overlap.atLeast')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {upset.combinations.map(({ members, exactly, atLeast, share }) => (
            <Table.Tr key={members.join()}>
              <Table.Td>{format.list(segments.filter((_, i) => members[i]).map(({ name }) => name))}</Table.Td>
              <Table.Td className={tableClasses.number}>{format.number(exactly)}</Table.Td>
              <Table.Td className={tableClasses.number}>{format.percent(share)}</Table.Td>
              <Table.Td className={tableClasses.number}>{format.number(atLeast)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
