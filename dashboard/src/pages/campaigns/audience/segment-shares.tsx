import { List, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { DataTable } from '../../../components/data-table';
import { useFormat } from '../../../i18n/use-format';
import type { Dispatch, Segment } from '../campaign-calls';
import classes from './audience.module.css';

const OVERLAPS = 6;

/** What each segment gives, what it alone gives, and who is in several. Nothing to say of a single one. */
export function SegmentShares({ dispatch, segments }: { dispatch: Dispatch; segments: ReadonlyMap<string, Segment> }) {
  const { t } = useTranslation('campaigns');
  const format = useFormat();
  const preview = dispatch.preview;
  if (!preview || preview.segments.length < 2) return null;
  const name = (id: string) => segments.get(id)?.name ?? id.slice(0, 8);
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        {t('shares.title')}
      </Text>
      <DataTable
        label={t('shares.title')}
        verticalSpacing={6}
        rows={preview.segments}
        rowKey={({ id }) => id}
        columns={[
          { key: 'segment', label: t('shares.segment'), className: classes.segment, render: ({ id }) => name(id) },
          {
            key: 'customers',
            label: t('shares.customers'),
            isNumber: true,
            render: ({ customers }) => format.number(customers),
          },
          {
            key: 'onlyHere',
            label: t('shares.onlyHere'),
            isNumber: true,
            render: ({ only_here }) => format.number(only_here),
          },
        ]}
      />
      {preview.overlaps.length > 0 && (
        <List size="sm">
          {preview.overlaps.slice(0, OVERLAPS).map(({ segment_ids, customers }) => (
            <List.Item key={segment_ids.join()}>
              {t('shares.both', {
                segments: format.list(segment_ids.map(name)),
                count: customers,
                formatted: format.number(customers),
              })}
            </List.Item>
          ))}
        </List>
      )}
    </Stack>
  );
}
