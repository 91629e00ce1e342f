import { Anchor, Badge, Group, Stack, Text, VisuallyHidden } from '@mantine/core';
import { IconBroadcast, IconRefresh } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
import { DispatchBar, PartSwatch } from '../../components/dispatch-bar';
import { isOver, type Part, PARTS, partsOf, phaseOf } from '../../components/dispatch-progress';
import { useFormat } from '../../i18n/use-format';
import classes from './dispatches.module.css';
import type { Shown } from './live/use-live-dispatch';
import { PaceLine } from './pace-line';

type Dispatch = Schema<'DispatchView'>;

/** Those that the list of notifications can show. */
const LISTED: Partial<Record<Part, string>> = { sent: 'sent', failed: 'failed', cancelled: 'cancelled' };

const STEP = 10;

/** How far it is: what was sent, what was not, what is on its way. */
export function ProgressCard(props: { dispatch: Dispatch; following: Shown; isWatching: boolean }) {
  const { t } = useTranslation(['dispatches', 'common']);
  const format = useFormat();
  const { dispatch } = props;
  const { targeted, queued, progress } = dispatch;
  const parts = partsOf(dispatch);
  const settled = progress.sent + progress.failed + progress.cancelled;
  const percent = targeted > 0 ? Math.floor((settled / targeted) * 100) : 0;
  return (
    <Card title={t('progress.title')} actions={!isOver(dispatch) && <FollowingBadge following={props.following} />}>
      <Stack gap="md">
        <Group justify="space-between" align="flex-end" gap="md">
          <div>
            <Text className="numbers" fz="2.25rem" fw={650} lh={1.1}>
              {format.number(progress.sent)}
            </Text>
            <Text c="dimmed" size="sm">
              {dispatch.resolved_at
                ? t('progress.sentOf', { count: targeted, formatted: format.number(targeted) })
                : t('progress.resolving')}
            </Text>
          </div>
          <PaceLine dispatch={dispatch} isWatching={props.isWatching} />
        </Group>
        <DispatchBar dispatch={dispatch} tall />
        <dl className={classes.figures}>
          {PARTS.map((part) => (
            <div key={part}>
              <dt>
                <PartSwatch part={part} />
                {t(`common:part.${part}`)}
              </dt>
              <dd className="numbers">
                <Figure dispatch={dispatch} part={part} value={parts[part]} />
              </dd>
            </div>
          ))}
        </dl>
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed">
            {t('progress.written', { written: format.number(queued), count: targeted, formatted: format.number(targeted) })}
          </Text>
          {dispatch.kind === 'campaign' && (
            <Anchor component={Link} to={`/campaigns/${dispatch.campaign_id}#results`} size="sm">
              {t('progress.results')}
            </Anchor>
          )}
        </Group>
        {/* said at every tenth part, not at every change */}
        <VisuallyHidden aria-live="polite">
          {t('progress.announced', {
            status: t(`common:status.${phaseOf(dispatch)}`),
            percent: format.percent((percent - (percent % STEP)) / 100, 0),
          })}
        </VisuallyHidden>
      </Stack>
    </Card>
  );
}

/** A figure that leads to the notifications it counts, where there are some. */
function Figure({ dispatch, part, value }: { dispatch: Dispatch; part: Part; value: number }) {
  const format = useFormat();
  const status = LISTED[part];
  if (!status || value === 0) return format.number(value);
  return (
    <Anchor component={Link} to={`/notifications?dispatch_id=${dispatch.id}&status=${status}`} inherit>
      {format.number(value)}
    </Anchor>
  );
}

function FollowingBadge({ following }: { following: Shown }) {
  const { t } = useTranslation('dispatches');
  if (following === 'over')
    return (
      <Badge variant="light" color="gray" tt="none">
        {t('live.connecting')}
      </Badge>
    );
  if (following === 'events')
    return (
      <Badge variant="light" color="green" tt="none" leftSection={<IconBroadcast size={14} aria-hidden />}>
        {t('live.events')}
      </Badge>
    );
  return (
    <Badge variant="light" color="orange" tt="none" leftSection={<IconRefresh size={14} aria-hidden />}>
      {t(following === 'lost' ? 'live.lost' : 'live.asking')}
    </Badge>
  );
}
