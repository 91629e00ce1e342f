import { Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../../api/client';
import tableClasses from '../../../components/keyset-table.module.css';
import { ShareBar } from '../../../components/share-bar';
import { useFormat } from '../../../i18n/use-format';
import { useWords } from '../reading-list';
import { type NameOf, readingOf, readingsIn } from '../rules/reading';
import type { Rule } from '../rules/rule';

/** The parts of a rule in plain words, what belongs to one further in, each with its own customers. */
export function BranchesTable(props: { rule: Rule; count: Schema<'CountView'>; nameOf: NameOf }) {
  const { t } = useTranslation('segments');
  const format = useFormat();
  const words = useWords();
  const totals = new Map(props.count.parts.map(({ pointer, total }) => [pointer, total]));
  return (
    <div className={tableClasses.scroll} role="region" aria-label={t('page.branches')} tabIndex={0}>
      <Table verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('page.part')}</Table.Th>
            <Table.Th className={tableClasses.number} colSpan={2}>
              {t('page.customers')}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {readingsIn(readingOf(props.rule, words, props.nameOf)).map(({ depth, reading }) => {
            const total = totals.get(reading.pointer);
            const share = props.count.active_customers > 0 ? (total ?? 0) / props.count.active_customers : 0;
            return (
              <Table.Tr key={reading.pointer}>
                <Table.Td style={{ paddingLeft: `${0.6 + depth * 1.25}rem`, minWidth: '14rem' }}>{reading.text}</Table.Td>
                <Table.Td style={{ width: '7rem' }}>
                  <ShareBar share={share} label={`${reading.text}: ${format.percent(share)}`} />
                </Table.Td>
                <Table.Td className={tableClasses.number} style={{ width: '5rem' }}>
                  {total === undefined ? '–' : format.number(total)}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </div>
  );
}
