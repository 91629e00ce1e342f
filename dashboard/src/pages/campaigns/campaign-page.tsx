import { Alert, Skeleton, Stack } from '@mantine/core';
import { IconPlayerPause } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { PageHeader } from '../../components/page-header';
import { ProblemAlert } from '../../components/problem-alert';
import { CampaignActions } from './campaign-actions';
import { campaignQuery } from './campaign-calls';
import { CampaignState } from './campaign-state';
import { CampaignFacts } from './campaign-facts';
import { DispatchesTable } from './dispatches-table';
import { ResultsCard } from './results/results-card';

/** A campaign: what it is, when it goes out, what it did, and the way to send it. */
export function Page() {
  const { t } = useTranslation('campaigns');
  const { campaignId = '' } = useParams();
  const query = useQuery(campaignQuery(campaignId));
  const parent = { title: t('list.title'), to: '/campaigns' };
  if (!query.data)
    return (
      <>
        <PageHeader title={t('detail.title')} parent={parent} />
        {query.error ? (
          <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <Stack>
            <Skeleton height={260} />
            <Skeleton height={160} />
          </Stack>
        )}
      </>
    );
  const { campaign, etag } = query.data;
  return (
    <>
      <PageHeader
        title={campaign.name}
        parent={parent}
        description={campaign.description || undefined}
        badge={<CampaignState isActive={campaign.is_active} />}
        actions={<CampaignActions key={campaign.id} campaign={campaign} etag={etag} />}
      />
      <Stack gap="md">
        {!campaign.is_active && (
          <Alert color="orange" icon={<IconPlayerPause aria-hidden />} title={t('detail.inactive')}>
            {t('detail.inactiveText')}
          </Alert>
        )}
        <CampaignFacts campaign={campaign} etag={etag} />
        <ResultsCard campaignId={campaign.id} />
        <DispatchesTable campaignId={campaign.id} />
      </Stack>
    </>
  );
}
