import { Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../../api/client';
import { ChartFrame } from '../../../charts/chart-frame';
import { Card } from '../../../components/card';
import { ProblemAlert } from '../../../components/problem-alert';
import { useFormat } from '../../../i18n/use-format';

const SizeChart = lazy(() => import('../../../charts/size-chart'));
const SIZES = 200;
const HEIGHT = 190;
/** Within less than this a date alone does not tell the counts apart. */
const SHORT_MS = 2 * 86_400_000;

/** How large a segment was whenever it was counted; it is read once it has been counted now. */
export function SizeCard({ segmentId, countedAt }: { segmentId: string; countedAt: string | undefined }) {
  const { t } = useTranslation('segments');
  const format = useFormat();
  const sizes = useQuery({
    queryKey: ['segments', segmentId, 'sizes', countedAt],
    queryFn: ({ signal }) =>
      read(
        api.GET('/segments/{segment_id}/sizes', {
          params: { path: { segment_id: segmentId }, query: { limit: SIZES, total: false } },
          signal,
        }),
      ),
    enabled: countedAt !== undefined,
  });
  const known = sizes.data ?? [];
  const isShort = known.length > 1 && Date.parse(known[0].as_of) - Date.parse(known[known.length - 1].as_of) < SHORT_MS;
  const instant = (at: number) => new Date(at).toISOString();
  return (
    <Card title={t('page.size')}>
      {sizes.error ? (
        <ProblemAlert error={sizes.error} onRetry={() => void sizes.refetch()} />
      ) : sizes.isPending ? (
        <Skeleton height={HEIGHT} />
      ) : known.length < 2 ? (
        <Stack mih={HEIGHT} justify="center">
          <Text size="sm" c="dimmed" ta="center">
            {t('page.sizeOnce')}
          </Text>
        </Stack>
      ) : (
        <ChartFrame
          label={`${t('page.sizeChart')}: ${format.number(known[known.length - 1].total)} → ${format.number(known[0].total)}`}
          height={HEIGHT}
          table={{
            head: [t('chart.when'), t('chart.size')],
            rows: known.map(({ as_of, total }) => ({ key: as_of, cells: [format.dateTime(as_of), format.number(total)] })),
          }}
        >
          <SizeChart
            height={HEIGHT}
            points={known.map(({ as_of, total }) => ({ at: Date.parse(as_of), size: total })).reverse()}
            tick={(at) => (isShort ? format.dateTime(instant(at)) : format.date(instant(at)))}
            count={format.compact}
            tip={({ at, size }) => ({ title: format.number(size), lines: [format.dateTime(instant(at))] })}
          />
        </ChartFrame>
      )}
    </Card>
  );
}
