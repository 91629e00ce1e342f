import { Alert, Anchor, Skeleton, Stack, Text } from '@mantine/core';
import { IconFlask } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { api, read, type Schema } from '../../api/client';
import { Card, Halves } from '../../components/card';
import { CustomerLink } from '../../components/customer-link';
import { Facts } from '../../components/facts';
import { PageHeader } from '../../components/page-header';
import { ProblemAlert } from '../../components/problem-alert';
import { Ago, When } from '../../components/time';
import { useFormat } from '../../i18n/use-format';
import { useCampaignName } from './campaign-names';
import { HistoryCard } from './history-card';
import { MetaCard } from './meta-card';
import { NotificationBadge, stateOf } from './notification-badge';
import classes from './notifications.module.css';
import { SettleActions } from './settle-actions';

type Notification = Schema<'NotificationView'>;

const WHILE_QUEUED_MS = 5_000;

/** One customer's message, and what became of it. */
export function Page() {
  const { t } = useTranslation(['notifications', 'common']);
  const { notificationId = '' } = useParams();
  const { data, error, refetch } = useQuery({
    queryKey: ['notifications', notificationId],
    queryFn: ({ signal }) =>
      read(api.GET('/notifications/{notification_id}', { params: { path: { notification_id: notificationId } }, signal })),
    refetchInterval: ({ state }) => (state.data?.status === 'queued' ? WHILE_QUEUED_MS : false),
  });
  const parent = { title: t('common:nav.notifications'), to: '/notifications' };
  if (!data)
    return (
      <>
        <PageHeader parent={parent} title={t('one')} />
        {error ? <ProblemAlert error={error} onRetry={() => void refetch()} /> : <Loading />}
      </>
    );
  return (
    <>
      <PageHeader
        parent={parent}
        title={t('oneFor', { customer: data.user_id.slice(0, 8) })}
        badge={<NotificationBadge notification={data} />}
        description={<Summary notification={data} />}
        actions={data.status === 'queued' && <SettleActions notification={data} />}
      />
      <Stack gap="md">
        {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
        {data.is_test && (
          <Alert color="grape" icon={<IconFlask aria-hidden />} title={t('test')}>
            {t('testText')}
          </Alert>
        )}
        <Halves>
          <MessageCard notification={data} />
          <Details notification={data} />
        </Halves>
        <Halves>
          <HistoryCard notification={data} />
          <MetaCard meta={data.meta} />
        </Halves>
      </Stack>
    </>
  );
}

/** Where it is, in a sentence. */
function Summary({ notification }: { notification: Notification }) {
  const { t } = useTranslation('notifications');
  const format = useFormat();
  const state = stateOf(notification);
  const { leased_until, retry_at, error } = notification;
  if (state === 'leased' && leased_until) return t('summary.leased', { at: format.dateTime(leased_until) });
  if (state === 'retrying' && retry_at) return t('summary.retrying', { at: format.dateTime(retry_at) });
  if (state === 'cancelled' && error === 'suppressed') return t('summary.withheld');
  if (state === 'failed' && error) return error;
  return t(`summary.${state}`);
}

function MessageCard({ notification: { title, message, status } }: { notification: Notification }) {
  const { t } = useTranslation('notifications');
  return (
    <Card title={t('message')} description={t(status === 'queued' ? 'messageQueued' : 'messageSettled')}>
      <Stack gap="xs">
        {title && <Text fw={600}>{title}</Text>}
        <Text size="sm" className={classes.message}>
          {message}
        </Text>
      </Stack>
    </Card>
  );
}

function Details({ notification }: { notification: Notification }) {
  const { t } = useTranslation(['notifications', 'common']);
  const format = useFormat();
  const campaignName = useCampaignName(notification.campaign_id);
  const { id, user_id, campaign_id, dispatch_id, channel, attempts, error, created_at, updated_at } = notification;
  return (
    <Card title={t('details.title')}>
      <Facts
        facts={[
          { name: t('details.customer'), value: <CustomerLink id={user_id} /> },
          {
            name: t('details.campaign'),
            value: (
              <Anchor component={Link} to={`/campaigns/${campaign_id}`} inherit>
                {campaignName}
              </Anchor>
            ),
          },
          {
            name: t('details.dispatch'),
            value: (
              <Anchor component={Link} to={`/dispatches/${dispatch_id}`} inherit>
                {t('dispatch', { id: dispatch_id })}
              </Anchor>
            ),
          },
          { name: t('details.channel'), value: t(`common:channel.${channel}`) },
          { name: t('details.attempts'), value: format.number(attempts) },
          ...(error ? [{ name: t('details.error'), value: error === 'suppressed' ? t('withheld') : error }] : []),
          { name: t('details.created'), value: <When at={created_at} /> },
          { name: t('details.updated'), value: <Ago at={updated_at} /> },
          { name: t('details.id'), value: <code className={classes.id}>{id}</code> },
        ]}
      />
    </Card>
  );
}

const Loading = () => (
  <Halves>
    {[0, 1].map((card) => (
      <Card key={card}>
        <Skeleton height={280} />
      </Card>
    ))}
  </Halves>
);
