import { Anchor, Skeleton, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Card } from '../../components/card';
import { ProblemAlert } from '../../components/problem-alert';
import { useCustomerSegments } from './queries';

/** The segments that a customer is in now. */
export function SegmentsCard({ id }: { id: string }) {
  const { t } = useTranslation('customers');
  const segments = useCustomerSegments(id);
  return (
    <Card title={t('segments.title')} description={t('segments.lead')}>
      {segments.isPending && <Skeleton height={96} />}
      {segments.error && !segments.data && <ProblemAlert error={segments.error} onRetry={() => void segments.refetch()} />}
      {segments.data?.length === 0 && (
        <Text c="dimmed" size="sm">
          {t('segments.none')}
        </Text>
      )}
      <Stack gap="xs">
        {segments.data?.map(({ id: segmentId, name, problem }) => (
          <div key={segmentId}>
            <Anchor component={Link} to={`/segments/${segmentId}`} size="sm" fw={600}>
              {name}
            </Anchor>
            {problem !== undefined && (
              <Text size="xs" c="dimmed">
                <IconAlertTriangle size={14} aria-hidden /> {t('segments.unknown')} <span lang="en">{problem}</span>
              </Text>
            )}
          </div>
        ))}
      </Stack>
    </Card>
  );
}
