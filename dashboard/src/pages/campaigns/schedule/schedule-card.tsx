import { Alert, Anchor, Badge, Button, Group, List, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconCalendarClock, IconInfoCircle } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, read } from '../../../api/client';
import { Card } from '../../../components/card';
import { ConfirmDialog } from '../../../components/confirm-dialog';
import { done } from '../../../components/notify';
import { ProblemAlert } from '../../../components/problem-alert';
import { useFormat } from '../../../i18n/use-format';
import type { Campaign } from '../campaign-calls';
import { fromRule } from './recurrence';
import { deleteSchedule, loadSchedule, type LoadedSchedule, scheduleKey } from './schedule-calls';
import { ScheduleDialog } from './schedule-dialog';
import { useRecurrenceText } from './use-recurrence-text';
import { useZoned } from './use-zoned';

const OUTCOMES = { dispatched: 'green', missed: 'orange', refused: 'red' } as const;
const PAST = 5;

/** When the campaign goes out by itself, and what became of it when it should have. */
export function ScheduleCard({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const cache = useQueryClient();
  const [isEditing, setEditing] = useState(false);
  const [isRemoving, setRemoving] = useState(false);
  const query = useQuery({
    queryKey: scheduleKey(campaign.id),
    queryFn: ({ signal }) => loadSchedule(campaign.id, signal),
  });
  const loaded = query.data ?? undefined;
  return (
    <Card
      title={t('schedule.title')}
      actions={
        loaded && (
          <Group gap="xs">
            <Button variant="default" size="xs" onClick={() => setEditing(true)}>
              {t('schedule.change')}
            </Button>
            <Button variant="subtle" color="red" size="xs" onClick={() => setRemoving(true)}>
              {t('common:action.remove')}
            </Button>
          </Group>
        )
      }
    >
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton height={96} />}
      {query.data === null && (
        <Stack align="flex-start" gap="sm">
          <Text size="sm" c="dimmed">
            {t('schedule.none')}
          </Text>
          <Button variant="light" leftSection={<IconCalendarClock size={18} aria-hidden />} onClick={() => setEditing(true)}>
            {t('schedule.make')}
          </Button>
        </Stack>
      )}
      {loaded && <Schedule campaign={campaign} loaded={loaded} />}
      {query.isSuccess && (
        <ScheduleDialog campaign={campaign} loaded={loaded} opened={isEditing} onClose={() => setEditing(false)} />
      )}
      {loaded && (
        <ConfirmDialog
          opened={isRemoving}
          onClose={() => setRemoving(false)}
          title={t('schedule.remove')}
          confirm={t('common:action.remove')}
          color="red"
          onConfirm={async () => {
            // read again either way: where somebody else was first, it can be tried again
            await deleteSchedule(campaign.id, loaded.etag).finally(() =>
              cache.invalidateQueries({ queryKey: scheduleKey(campaign.id) }),
            );
            done(t('schedule.removed'));
          }}
        >
          {t('schedule.removeText')}
        </ConfirmDialog>
      )}
    </Card>
  );
}

function Schedule({ campaign, loaded: { schedule } }: { campaign: Campaign; loaded: LoadedSchedule }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const zoned = useZoned(schedule.time_zone);
  const recurrenceText = useRecurrenceText();
  return (
    <Stack gap="md">
      <div>
        <Text fw={600}>{schedule.next_at ? zoned(schedule.next_at) : t('schedule.over')}</Text>
        <Text size="sm" c="dimmed">
          {recurrenceText(fromRule(schedule.recurrence))} · {schedule.time_zone}
        </Text>
      </div>
      {!campaign.is_active && schedule.next_at && (
        <Alert color="orange" icon={<IconInfoCircle aria-hidden />}>
          {t('schedule.inactive')}
        </Alert>
      )}
      {schedule.recurrence && campaign.once_per_customer && (
        <Alert color="blue" icon={<IconInfoCircle aria-hidden />}>
          {t('schedule.oncePerCustomer')}
        </Alert>
      )}
      {schedule.upcoming.length > 1 && (
        <div>
          <Title order={3} size="h6" mb={4}>
            {t('schedule.upcoming')}
          </Title>
          <List size="sm">
            {schedule.upcoming.map(({ due_at }) => (
              <List.Item key={due_at}>
                <time dateTime={due_at}>{zoned(due_at)}</time>
              </List.Item>
            ))}
          </List>
        </div>
      )}
      <Occurrences campaignId={campaign.id} zone={schedule.time_zone} />
    </Stack>
  );
}

/** What became of those that were due. */
function Occurrences({ campaignId, zone }: { campaignId: string; zone: string }) {
  const { t } = useTranslation('campaigns');
  const format = useFormat();
  const zoned = useZoned(zone);
  const past = useQuery({
    queryKey: [...scheduleKey(campaignId), 'occurrences'],
    queryFn: ({ signal }) =>
      read(
        api.GET('/campaigns/{campaign_id}/schedule/occurrences', {
          params: { path: { campaign_id: campaignId }, query: { limit: PAST, total: false } },
          signal,
        }),
      ),
  });
  if (past.error) return <ProblemAlert error={past.error} onRetry={() => void past.refetch()} />;
  if (!past.data || past.data.length === 0) return null;
  return (
    <div>
      <Title order={3} size="h6" mb={4}>
        {t('schedule.past')}
      </Title>
      <Stack gap={6}>
        {past.data.map(({ due_at, outcome, dispatch_id, detail }) => (
          <div key={due_at}>
            <Group gap="xs">
              <Badge color={OUTCOMES[outcome]} variant="light" tt="none">
                {t(`outcome.${outcome}`)}
              </Badge>
              <Text size="sm" title={format.dateTime(due_at)}>
                {zoned(due_at)}
              </Text>
              {dispatch_id && (
                <Anchor component={Link} to={`/dispatches/${dispatch_id}`} size="sm">
                  {t('schedule.toDispatch')}
                </Anchor>
              )}
            </Group>
            {detail && (
              <Text size="xs" c="dimmed">
                {detail}
              </Text>
            )}
          </div>
        ))}
      </Stack>
    </div>
  );
}
