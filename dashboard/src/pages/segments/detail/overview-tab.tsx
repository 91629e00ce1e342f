import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schema } from '../../../api/client';
import { Card, Halves } from '../../../components/card';
import { ProblemAlert } from '../../../components/problem-alert';
import { ReadingList } from '../reading-list';
import { fromApi, tell } from '../rules/rule';
import { useSegmentNames } from '../segment-queries';
import { BranchesTable } from './branches-table';
import { SizeCard } from './size-card';
import { SizeNow } from './size-now';

/** What a segment is, how large it is and was, and which part of its rule gives how many. */
export function OverviewTab({ segment }: { segment: Schema<'SegmentView'> }) {
  const { t } = useTranslation('segments');
  const rule = fromApi(segment.filters);
  const nameOf = useSegmentNames([rule]);
  const count = useQuery({
    queryKey: ['segments', segment.id, 'count', segment.updated_at],
    queryFn: async ({ signal }) => {
      const { body, headers } = await answer(
        api.GET('/segments/{segment_id}/count', { params: { path: { segment_id: segment.id } }, signal }),
      );
      return { ...body, dataAsOf: headers.get('X-Data-As-Of') ?? body.as_of };
    },
  });
  const { data } = count;
  return (
    <Stack>
      {count.error && <ProblemAlert error={count.error} onRetry={() => void count.refetch()} />}
      <Halves>
        <Card title={t('page.sizeNow')}>
          <SizeNow count={data} />
        </Card>
        <SizeCard segmentId={segment.id} countedAt={data?.as_of ?? (count.error ? 'never' : undefined)} />
      </Halves>
      <Card title={t('page.what')}>
        {data && tell(rule).shape !== 'filters' ? (
          <BranchesTable rule={rule} count={data} nameOf={nameOf} />
        ) : (
          <ReadingList rule={rule} nameOf={nameOf} />
        )}
      </Card>
    </Stack>
  );
}
