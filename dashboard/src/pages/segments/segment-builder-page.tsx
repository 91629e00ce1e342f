import { Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { PageHeader } from '../../components/page-header';
import { ProblemAlert } from '../../components/problem-alert';
import { SegmentForm } from './builder/segment-form';
import { filtersQuery, segmentQuery } from './segment-queries';

/** Makes a segment, or changes one. */
export function Page() {
  const { t } = useTranslation('segments');
  const { segmentId } = useParams();
  const filters = useQuery(filtersQuery);
  const segment = useQuery({
    ...segmentQuery(segmentId ?? ''),
    enabled: segmentId !== undefined,
    staleTime: 0,
    refetchOnReconnect: false,
  });
  const error = filters.error ?? segment.error;
  const parent = segmentId
    ? { title: segment.data?.segment.name ?? t('list.title'), to: `/segments/${segmentId}` }
    : { title: t('list.title'), to: '/segments' };
  const isReady =
    filters.data !== undefined && (segmentId === undefined || (segment.data !== undefined && segment.isFetchedAfterMount));
  return (
    <>
      <PageHeader title={t(segmentId ? 'builder.edit' : 'builder.new')} parent={parent} />
      {isReady && filters.data ? (
        // a version of a segment of its own: theirs, once it is loaded, is another one
        <SegmentForm
          key={segmentId ?? 'new'}
          filters={filters.data}
          loaded={segmentId === undefined ? undefined : segment.data}
        />
      ) : error ? (
        <ProblemAlert
          error={error}
          onRetry={() => {
            if (filters.error) void filters.refetch();
            if (segment.error) void segment.refetch();
          }}
        />
      ) : (
        <Stack aria-busy>
          <Skeleton height={120} />
          <Skeleton height={360} />
        </Stack>
      )}
    </>
  );
}
