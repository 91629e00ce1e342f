import { List, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
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
      <div className={classes.scroll} role="region" aria-label={t('shares.title')} tabIndex={0}>
        <Table verticalSpacing={6} className={classes.shares}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('shares.segment')}</Table.Th>
              <Table.Th className={classes.number}>{t('shares.customers')}</Table.Th>
              <Table.Th className={classes.number}>{t('shares.onlyHere')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {preview.segments.map(({ id, customers, only_here }) => (
              <Table.Tr key={id}>
                <Table.Td className={classes.wrap}>{name(id)}</Table.Td>
                <Table.Td className={classes.number}>{format.number(customers)}</Table.Td>
                <Table.Td className={classes.number}>{format.number(only_here)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
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
