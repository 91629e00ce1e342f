import { Alert, List, Select, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read, type Schema } from '../../../api/client';
import { Card } from '../../../components/card';
import { type Column, DataTable } from '../../../components/data-table';
import { ProblemAlert } from '../../../components/problem-alert';
import { useFormat } from '../../../i18n/use-format';
import { EstimateRow } from './estimate-row';
import { useSigned } from './use-signed';

const DAYS = [3, 7, 14, 30, 60, 90];

/** What the campaign changed: those who were to get it beside those who were kept out. */
export function ResultsCard({ campaignId }: { campaignId: string }) {
  const { t } = useTranslation('campaigns');
  const format = useFormat();
  const [days, setDays] = useState(14);
  const results = useQuery({
    queryKey: ['campaigns', campaignId, 'results', days],
    queryFn: ({ signal }) =>
      read(
        api.GET('/campaigns/{campaign_id}/results', {
          params: { path: { campaign_id: campaignId }, query: { within_days: days } },
          signal,
        }),
      ),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
  return (
    <Card
      title={t('results.title')}
      description={t('results.lead')}
      actions={
        <Select
          aria-label={t('results.within')}
          data={DAYS.map((day) => ({
            value: String(day),
            label: t('results.withinDays', { count: day, formatted: format.number(day) }),
          }))}
          value={String(days)}
          onChange={(value) => setDays(Number(value ?? days))}
          allowDeselect={false}
          w="11rem"
        />
      }
    >
      {results.error && <ProblemAlert error={results.error} onRetry={() => void results.refetch()} />}
      {results.isPending && <Skeleton height={160} />}
      {results.data && <Results results={results.data} />}
    </Card>
  );
}

function Results({ results }: { results: Schema<'CampaignResultsView'> }) {
  const { t } = useTranslation('campaigns');
  const format = useFormat();
  const signed = useSigned();
  const { effect, warnings, dispatches } = results;
  if (dispatches === 0) return <Text c="dimmed">{t('results.noDispatch')}</Text>;
  const groups = [
    { name: t('results.targeted'), group: results.targeted },
    { name: t('results.holdout'), group: results.holdout },
  ];
  const money = (amount: number | null) => (amount === null ? '–' : format.money(amount));
  const figure = (
    key: 'customers' | 'buyers' | 'share' | 'revenue' | 'perCustomer',
    write: (group: (typeof results)['targeted']) => string,
  ): Column<(typeof groups)[number]> => ({
    key,
    label: t(`results.${key}`),
    isNumber: true,
    render: ({ group }) => write(group),
  });
  return (
    <Stack gap="md">
      {effect && (
        <div>
          <EstimateRow
            label={t('results.conversion')}
            estimate={effect.conversion_points}
            write={(value) => t('results.points', { points: signed.number(value) })}
          />
          {effect.revenue_per_customer && (
            <EstimateRow
              label={t('results.revenuePerCustomer')}
              estimate={effect.revenue_per_customer}
              write={signed.money}
            />
          )}
          <EstimateRow label={t('results.incrementalBuyers')} estimate={effect.incremental_buyers} write={signed.whole} />
          {effect.incremental_revenue && (
            <EstimateRow
              label={t('results.incrementalRevenue')}
              estimate={effect.incremental_revenue}
              write={signed.wholeMoney}
            />
          )}
        </div>
      )}
      <DataTable
        label={t('results.groups')}
        verticalSpacing="xs"
        rows={groups}
        rowKey={({ name }) => name}
        columns={[
          { key: 'group', label: t('results.group'), isRowHeader: true, render: ({ name }) => name },
          figure('customers', ({ customers }) => format.number(customers)),
          figure('buyers', ({ buyers }) => format.number(buyers)),
          figure('share', ({ conversion }) => (conversion === null ? '–' : format.percent(conversion))),
          figure('revenue', ({ revenue }) => money(revenue)),
          figure('perCustomer', ({ revenue_per_customer }) => money(revenue_per_customer)),
        ]}
      />
      {warnings.length > 0 && (
        <Alert color="orange" icon={<IconInfoCircle aria-hidden />}>
          <Title order={3} size="h6" mb={4}>
            {t('results.careful')}
          </Title>
          <List size="sm" spacing={4}>
            {warnings.map(({ code }) => (
              <List.Item key={code}>
                {t(`warning.${code}`, {
                  until: results.window_ends_at ? format.dateTime(results.window_ends_at) : '',
                })}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Stack>
  );
}
