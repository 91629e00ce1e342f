import { Group, List, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
import { CustomerLink } from '../../components/customer-link';
import { ShareBar } from '../../components/share-bar';
import { useFormat } from '../../i18n/use-format';
import { useSegmentNames } from './segment-names';

const OVERLAPS_SHOWN = 5;

/** What each segment gives, what it alone gives, and how they overlap: only a dry run knows. */
export function PreviewCard({ dispatch }: { dispatch: Schema<'DispatchView'> }) {
  const { t } = useTranslation('dispatches');
  const format = useFormat();
  const nameOf = useSegmentNames(dispatch.segments.map(({ id }) => id));
  const { preview, matched } = dispatch;
  if (!preview) return null;
  return (
    <Card title={t('preview.title')} description={t('preview.lead')}>
      <Stack gap="md">
        {preview.segments.map(({ id, customers, only_here }) => (
          <div key={id}>
            <Group justify="space-between" gap="xs" mb={4} wrap="nowrap">
              <Text size="sm" truncate title={nameOf(id)}>
                {nameOf(id)}
              </Text>
              <Text size="sm" className="numbers">
                {format.number(customers)}
              </Text>
            </Group>
            <ShareBar share={matched > 0 ? customers / matched : 0} label={`${nameOf(id)}: ${format.number(customers)}`} />
            <Text size="xs" c="dimmed" mt={4}>
              {t('preview.only', { count: only_here, formatted: format.number(only_here) })}
            </Text>
          </div>
        ))}
        {preview.overlaps.length > 0 && (
          <div>
            <Title order={3} size="h6" mb={4}>
              {t('preview.overlaps')}
            </Title>
            <List size="sm">
              {preview.overlaps.slice(0, OVERLAPS_SHOWN).map(({ segment_ids, customers }) => (
                <List.Item key={segment_ids.join()}>
                  {format.list(segment_ids.map(nameOf))}: {format.number(customers)}
                </List.Item>
              ))}
            </List>
          </div>
        )}
        {preview.sample.length > 0 && (
          <div>
            <Title order={3} size="h6" mb={4}>
              {t('preview.sample')}
            </Title>
            <Group gap="sm">
              {preview.sample.map((id) => (
                <CustomerLink key={id} id={id} />
              ))}
            </Group>
          </div>
        )}
      </Stack>
    </Card>
  );
}
