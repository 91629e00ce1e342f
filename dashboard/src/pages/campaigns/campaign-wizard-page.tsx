import { Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams, useSearchParams } from 'react-router';
import { PageHeader } from '../../components/page-header';
import { ProblemAlert } from '../../components/problem-alert';
import { campaignQuery, type Loaded } from './campaign-calls';
import { draftOf, emptyDraft } from './wizard/draft';
import { Wizard } from './wizard/wizard';

/** A new campaign, or one that is edited. */
export function Page() {
  const { campaignId } = useParams();
  return campaignId === undefined ? <NewCampaign key="new" /> : <EditCampaign key={campaignId} id={campaignId} />;
}

/** `?segment=` names the segment it is for. */
function NewCampaign() {
  const [search] = useSearchParams();
  const [initial] = useState(() => emptyDraft(search.getAll('segment')));
  return <Wizard initial={initial} loaded={undefined} />;
}

function EditCampaign({ id }: { id: string }) {
  const { t } = useTranslation(['campaigns', 'wizard']);
  // read anew: what is edited should be what is there
  const query = useQuery({ ...campaignQuery(id), refetchOnReconnect: false });
  const [first, setFirst] = useState<Loaded>();
  if (!first && query.data) setFirst(query.data);
  if (first) return <Wizard initial={draftOf(first.campaign)} loaded={first} />;
  return (
    <>
      <PageHeader title={t('wizard:wizard.editing')} parent={{ title: t('list.title'), to: '/campaigns' }} />
      {query.error ? (
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Stack>
          <Skeleton height={48} />
          <Skeleton height={420} />
        </Stack>
      )}
    </>
  );
}
