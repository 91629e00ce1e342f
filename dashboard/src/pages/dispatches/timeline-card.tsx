import { Text, Timeline } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
import { Ago, When } from '../../components/time';
import { useFormat } from '../../i18n/use-format';
import { LASTING, stepsOf } from './timeline';

/** What happened to it, oldest first, as far as it is on record. */
export function TimelineCard({ dispatch }: { dispatch: Schema<'DispatchView'> }) {
  const { t } = useTranslation('dispatches');
  const format = useFormat();
  const steps = stepsOf(dispatch);
  return (
    <Card title={t('timeline.title')}>
      <Timeline active={steps.length - 1} bulletSize={16} lineWidth={2}>
        {steps.map(({ what, at, count }) => (
          <Timeline.Item
            key={what}
            title={
              <Text size="sm" fw={600}>
                {t(`timeline.${what}`)}
              </Text>
            }
          >
            {count !== undefined && (
              <Text size="sm">{t(`timeline.count.${what}`, { count, formatted: format.number(count) })}</Text>
            )}
            {what === 'created' && (
              <Text size="sm">
                {t('timeline.by')} <code>{dispatch.requested_by}</code>
              </Text>
            )}
            <Text size="xs" c="dimmed">
              {at ? (
                <>
                  <When at={at} /> · <Ago at={at} />
                </>
              ) : (
                LASTING.includes(what) && t('timeline.now')
              )}
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
    </Card>
  );
}
