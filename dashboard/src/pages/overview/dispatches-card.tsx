import { Anchor, Button, Skeleton, Stack, Text } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
import { EmptyState } from '../../components/empty-state';
import { ProblemAlert } from '../../components/problem-alert';
import { StatusBadge } from '../../components/status-badge';
import { Ago } from '../../components/time';
import { useFormat } from '../../i18n/use-format';
import classes from './overview.module.css';
import { isRunning, sharesOf } from './progress';
import { useRecentDispatches } from './queries';

const ROW = 58;

/** What was sent last, and how far what runs is. */
export function DispatchesCard() {
  const { t } = useTranslation('overview');
  const dispatches = useRecentDispatches();
  const rows = dispatches.data;
  return (
    <Card
      title={t('dispatches.title')}
      actions={
        rows &&
        rows.length > 0 && (
          <Anchor component={Link} to="/dispatches" size="sm">
            {t('dispatches.all')}
          </Anchor>
        )
      }
    >
      {dispatches.isPending && (
        <Stack gap="md" mih="20rem">
          {Array.from({ length: 5 }, (_, row) => (
            <Skeleton key={row} height={ROW} />
          ))}
        </Stack>
      )}
      {dispatches.error && !rows && <ProblemAlert error={dispatches.error} onRetry={() => void dispatches.refetch()} />}
      {rows?.length === 0 && (
        <EmptyState
          icon={IconSend}
          title={t('dispatches.empty')}
          text={t('dispatches.emptyText')}
          action={
            <Button component={Link} to="/campaigns/new" variant="light">
              {t('newCampaign')}
            </Button>
          }
        />
      )}
      {rows && rows.length > 0 && (
        <ul className={classes.rows}>
          {rows.map((dispatch) => (
            <DispatchRow key={dispatch.id} dispatch={dispatch} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function DispatchRow({ dispatch }: { dispatch: Schema<'DispatchView'> }) {
  const { t } = useTranslation('overview');
  const { t: common } = useTranslation();
  const format = useFormat();
  const { progress } = dispatch;
  const shares = sharesOf(dispatch);
  const isPreview = dispatch.kind === 'dry_run';
  const said = isPreview
    ? t('dispatches.wouldGet', { count: dispatch.targeted, formatted: format.number(dispatch.targeted) })
    : t('dispatches.progress', {
        sent: format.number(progress.sent),
        all: format.number(dispatch.targeted),
      });
  return (
    <li className={classes.dispatch}>
      <Anchor component={Link} to={`/dispatches/${dispatch.id}`} size="sm" fw={600} truncate title={dispatch.campaign_name}>
        {dispatch.campaign_name}
      </Anchor>
      {isRunning(dispatch) && dispatch.status === 'dispatched' ? (
        <StatusBadge status="queued" />
      ) : (
        <StatusBadge status={dispatch.status} />
      )}
      {!isPreview && (
        <div
          className={classes.progress}
          role="meter"
          aria-label={t('dispatches.progressOf', { name: dispatch.campaign_name })}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(shares.sent * 100)}
          aria-valuetext={said}
        >
          <div className={classes.sent} style={{ width: `${shares.sent * 100}%` }} />
          <div className={classes.failed} style={{ width: `${shares.failed * 100}%` }} />
        </div>
      )}
      <Text size="xs" c="dimmed" className="numbers">
        {said}
        {progress.failed > 0 && (
          <>
            {' · '}
            <Text span c="var(--mantine-color-error)" inherit fw={600}>
              {t('dispatches.failed', { count: progress.failed, formatted: format.number(progress.failed) })}
            </Text>
          </>
        )}
        {dispatch.kind === 'test' && ` · ${t('dispatches.test')}`}
        {` · ${common(`channel.${dispatch.channel}`)}`}
      </Text>
      <Text size="xs" c="dimmed" ta="right">
        <Ago at={dispatch.created_at} />
      </Text>
    </li>
  );
}
