import { Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { isOver } from '../../components/dispatch-progress';
import { useFormat } from '../../i18n/use-format';
import { usePace } from './live/use-pace';

/** How fast it goes and how long that takes; that nobody sends it, where nobody does. */
export function PaceLine({ dispatch, isWatching }: { dispatch: Schema<'DispatchView'>; isWatching: boolean }) {
  const { t } = useTranslation('dispatches');
  const format = useFormat();
  const pace = usePace(dispatch, isWatching);
  if (!isWatching || isOver(dispatch) || dispatch.status === 'paused') return null;
  const isIdle = pace?.perSecond === 0;
  if (isIdle && dispatch.status === 'dispatched' && dispatch.leased === 0)
    return (
      <Text size="sm" c="dimmed" maw="20rem">
        {dispatch.retrying === dispatch.progress.queued ? t('pace.onlyRetries') : t('pace.noSender')}
      </Text>
    );
  const perSecond = pace && (pace.perSecond < 10 ? Math.round(pace.perSecond * 10) / 10 : Math.round(pace.perSecond));
  return (
    <Group gap="xl">
      <Figure
        label={pace?.what === 'writing' ? t('pace.writing') : t('pace.delivery')}
        value={perSecond === undefined ? '–' : t('pace.perSecond', { formatted: format.number(perSecond) })}
      />
      <Figure
        label={t('pace.left')}
        value={pace?.secondsLeft === undefined ? '–' : format.duration(Math.max(1, Math.ceil(pace.secondsLeft)))}
      />
    </Group>
  );
}

const Figure = ({ label, value }: { label: string; value: string }) => (
  <div>
    <Text size="xs" c="dimmed">
      {label}
    </Text>
    <Text className="numbers" fw={600} fz="lg" miw="5.5rem">
      {value}
    </Text>
  </div>
);
