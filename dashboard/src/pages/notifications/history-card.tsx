import { Text, Timeline } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, read, type Schema } from '../../api/client';
import { Card } from '../../components/card';
import { ProblemAlert } from '../../components/problem-alert';
import { When } from '../../components/time';
import { useFormat } from '../../i18n/use-format';

type Attempt = Schema<'HistoryEntry'>;

const COLORS: Record<Attempt['outcome'], string> = {
  leased: 'indigo',
  sent: 'green',
  failed: 'red',
  retry: 'orange',
  lost: 'orange',
  released: 'gray',
  overtaken: 'gray',
  redriven: 'blue',
  withheld: 'gray',
};

/** Every attempt to deliver it, oldest first. */
export function HistoryCard({ notification }: { notification: Schema<'NotificationView'> }) {
  const { t } = useTranslation('notifications');
  const { id, status, leased_until, attempts } = notification;
  const { data, error, isPending, refetch } = useQuery({
    // read again when the notification shows that something happened
    queryKey: ['notifications', id, 'history', status, leased_until, attempts],
    queryFn: ({ signal }) =>
      read(api.GET('/notifications/{notification_id}/history', { params: { path: { notification_id: id } }, signal })),
    placeholderData: (before) => before,
  });
  return (
    <Card title={t('history.title')} description={t('history.lead')}>
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {!isPending && data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('history.none')}
        </Text>
      )}
      {data && data.length > 0 && (
        <Timeline active={data.length - 1} bulletSize={16} lineWidth={2}>
          {data.map((attempt) => (
            <Timeline.Item
              key={`${attempt.attempt} ${attempt.claimed_at} ${attempt.outcome}`}
              color={COLORS[attempt.outcome]}
              title={
                <Text size="sm" fw={600}>
                  {t(`history.outcome.${attempt.outcome}`)}
                </Text>
              }
            >
              <AttemptText attempt={attempt} />
            </Timeline.Item>
          ))}
        </Timeline>
      )}
    </Card>
  );
}

function AttemptText({ attempt: { attempt, worker, claimed_at, ended_at, error, retry_at } }: { attempt: Attempt }) {
  const { t } = useTranslation('notifications');
  const format = useFormat();
  const seconds = ended_at ? (Date.parse(ended_at) - Date.parse(claimed_at)) / 1000 : 0;
  return (
    <>
      {error && <Text size="sm">{error}</Text>}
      {retry_at && <Text size="sm">{t('history.retry', { at: format.dateTime(retry_at) })}</Text>}
      <Text size="xs" c="dimmed">
        {attempt > 0 && <>{t('history.attempt', { formatted: format.number(attempt) })} · </>}
        {worker && <>{worker} · </>}
        <When at={claimed_at} />
        {seconds > 0 && <> · {t('history.after', { duration: format.duration(seconds) })}</>}
      </Text>
    </>
  );
}
