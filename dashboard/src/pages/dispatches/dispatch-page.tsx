import { Anchor, Skeleton, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { Card, Halves } from '../../components/card';
import { DispatchBadge, DispatchKindBadge } from '../../components/dispatch-badge';
import { PageHeader } from '../../components/page-header';
import { ProblemAlert } from '../../components/problem-alert';
import { Ago } from '../../components/time';
import { AudienceCard } from './audience-card';
import { DispatchActions } from './dispatch-actions';
import { DispatchNotice } from './dispatch-notice';
import { FailuresCard } from './failures-card';
import { useLiveDispatch } from './live/use-live-dispatch';
import { MessageCard } from './message-card';
import { PreviewCard } from './preview-card';
import { ProgressCard } from './progress-card';
import { RulesCard } from './rules-card';
import { TimelineCard } from './timeline-card';

/** A dispatch while it runs, and what became of it. */
export function Page() {
  const { t } = useTranslation(['dispatches', 'common']);
  const { dispatchId = '' } = useParams();
  const { data: dispatch, error, refetch, following, isWatching } = useLiveDispatch(dispatchId);
  const parent = { title: t('common:nav.dispatches'), to: '/dispatches' };
  if (!dispatch)
    return (
      <>
        <PageHeader parent={parent} title={t('number', { id: dispatchId })} />
        {error ? <ProblemAlert error={error} onRetry={() => void refetch()} /> : <Loading />}
      </>
    );
  const isDryRun = dispatch.kind === 'dry_run';
  return (
    <>
      <PageHeader
        parent={parent}
        title={dispatch.campaign_name}
        badge={
          <>
            <DispatchBadge dispatch={dispatch} />
            {dispatch.status !== 'previewed' && <DispatchKindBadge kind={dispatch.kind} />}
          </>
        }
        description={
          <>
            {t('number', { id: dispatch.id })} · {t(`common:channel.${dispatch.channel}`)} · <Ago at={dispatch.created_at} />{' '}
            ·{' '}
            <Anchor component={Link} to={`/campaigns/${dispatch.campaign_id}`} size="sm" underline="always">
              {t('toCampaign')}
            </Anchor>
          </>
        }
        actions={<DispatchActions dispatch={dispatch} />}
      />
      <Stack gap="md">
        <DispatchNotice dispatch={dispatch} />
        {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
        {!isDryRun && <ProgressCard dispatch={dispatch} following={following} isWatching={isWatching} />}
        {!isDryRun && <FailuresCard dispatch={dispatch} />}
        <Halves>
          <AudienceCard dispatch={dispatch} />
          {isDryRun && dispatch.preview ? <PreviewCard dispatch={dispatch} /> : <MessageCard dispatch={dispatch} />}
        </Halves>
        <Halves>
          <RulesCard dispatch={dispatch} />
          {isDryRun && dispatch.preview ? <MessageCard dispatch={dispatch} /> : <TimelineCard dispatch={dispatch} />}
        </Halves>
      </Stack>
    </>
  );
}

/** As high as what comes. */
const Loading = () => (
  <Stack gap="md" aria-busy>
    <Card>
      <Skeleton height={210} />
    </Card>
    <Halves>
      <Card>
        <Skeleton height={260} />
      </Card>
      <Card>
        <Skeleton height={260} />
      </Card>
    </Halves>
  </Stack>
);
