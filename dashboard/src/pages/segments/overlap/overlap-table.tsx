import { useTranslation } from 'react-i18next';
import type { Schema } from '../../../api/client';
import { DataTable } from '../../../components/data-table';
import { useFormat } from '../../../i18n/use-format';
import type { Upset } from './upset';

/** The plot as figures: every combination, the smallest too. */
export function OverlapTable({ segments, upset }: { segments: readonly Schema<'SegmentTotalView'>[]; upset: Upset }) {
  const { t } = useTranslation('segments');
  const format = useFormat();
  return (
    <DataTable
      label={t('overlap.title')}
      rows={upset.combinations}
      rowKey={({ members }) => members.join()}
      columns={[
        {
          key: 'combination',
          label: t('overlap.combination'),
          render: ({ members }) => format.list(segments.filter((_, i) => members[i]).map(({ name }) => name)),
        },
        { key: 'exactly', label: t('overlap.exactly'), isNumber: true, render: ({ exactly }) => format.number(exactly) },
        { key: 'share', label: t('overlap.shareOf'), isNumber: true, render: ({ share }) => format.percent(share) },
        { key: 'atLeast', label: t('overlap.atLeast'), isNumber: true, render: ({ atLeast }) => format.number(atLeast) },
      ]}
    />
  );
}
