import { Button, Skeleton, Stack } from '@mantine/core';
import { IconChartDots } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { api, read } from '../../api/client';
import { Card, StatTile, Tiles } from '../../components/card';
import { EmptyState } from '../../components/empty-state';
import { PageHeader } from '../../components/page-header';
import { ProblemAlert } from '../../components/problem-alert';
import { useFormat } from '../../i18n/use-format';
import { idsIn } from './overlap/overlap-path';
import { OverlapTable } from './overlap/overlap-table';
import { SegmentsChooser } from './overlap/segments-chooser';
import { upsetOf } from './overlap/upset';
import { UpsetPlot } from './overlap/upset-plot';

/** How two to six segments lie over each other. Which ones is in the address. */
export function Page() {
  const { t } = useTranslation('segments');
  const { t: common } = useTranslation();
  const format = useFormat();
  const [params, setParams] = useSearchParams();
  const ids = idsIn(params);
  const [isTable, setIsTable] = useState(false);
  const overlap = useQuery({
    queryKey: ['segments', 'overlap', ids],
    queryFn: ({ signal }) => read(api.POST('/segments/overlap', { body: { segment_ids: ids }, signal })),
    enabled: ids.length > 1,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  const data = ids.length > 1 ? overlap.data : undefined;
  const upset = useMemo(() => data && upsetOf(data), [data]);
  const shareOfUnion = (count: number) => (data && data.union > 0 ? format.percent(count / data.union) : '');
  return (
    <>
      <PageHeader
        title={t('overlap.title')}
        description={t('overlap.description')}
        parent={{ title: t('list.title'), to: '/segments' }}
      />
      <Stack>
        <Card>
          <SegmentsChooser
            ids={ids}
            known={(overlap.data?.segments ?? []).map(({ segment_id, name }) => ({ id: segment_id, name }))}
            onChange={(next) => setParams(next.length > 0 ? { ids: next.join(',') } : {}, { replace: true })}
          />
        </Card>
        {ids.length < 2 ? (
          <Card>
            <EmptyState icon={IconChartDots} title={t('overlap.chooseTitle')} text={t('overlap.chooseText')} />
          </Card>
        ) : overlap.error ? (
          <ProblemAlert error={overlap.error} onRetry={() => void overlap.refetch()} />
        ) : !data || !upset ? (
          <Skeleton height={520} />
        ) : (
          <>
            <Tiles>
              <StatTile label={t('overlap.union')} value={format.number(data.union)} hint={t('overlap.unionHint')} />
              <StatTile label={t('overlap.largest')} value={format.number(upset.inAll)} hint={shareOfUnion(upset.inAll)} />
              <StatTile label={t('overlap.alone')} value={format.number(upset.inOne)} hint={shareOfUnion(upset.inOne)} />
              <StatTile
                label={t('overlap.none')}
                value={format.number(data.active_customers - data.union)}
                hint={t('overlap.noneHint')}
              />
            </Tiles>
            <Card
              title={t('overlap.combinations')}
              actions={
                upset.combinations.length > 0 && (
                  <Button variant="default" size="xs" onClick={() => setIsTable(!isTable)}>
                    {common(isTable ? 'chart.asChart' : 'chart.asTable')}
                  </Button>
                )
              }
            >
              {upset.combinations.length === 0 ? (
                <EmptyState icon={IconChartDots} title={t('overlap.nobody')} text={t('overlap.nobodyText')} />
              ) : isTable ? (
                <OverlapTable segments={data.segments} upset={upset} />
              ) : (
                <UpsetPlot segments={data.segments} upset={upset} />
              )}
            </Card>
          </>
        )}
      </Stack>
    </>
  );
}
