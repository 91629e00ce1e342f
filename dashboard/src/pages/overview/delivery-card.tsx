import { Anchor, Skeleton, Text } from '@mantine/core';
import { lazy, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ChartFrame, LegendItem } from '../../charts/chart-frame';
import { Card } from '../../components/card';
import { ProblemAlert } from '../../components/problem-alert';
import { useFormat } from '../../i18n/use-format';
import classes from './overview.module.css';
import { useDelivery } from './queries';

const HoursChart = lazy(() => import('../../charts/hours-chart'));
const HEIGHT = 190;

/** The queue, and what became of what was in it in the last day. */
export function DeliveryCard() {
  const { t } = useTranslation('overview');
  const format = useFormat();
  const delivery = useDelivery();
  const figures = delivery.data;
  if (delivery.error && !figures)
    return (
      <Card title={t('delivery.title')}>
        <ProblemAlert error={delivery.error} onRetry={() => void delivery.refetch()} />
      </Card>
    );
  if (!figures)
    return (
      <Card title={t('delivery.title')} description={t('delivery.lead')}>
        <Skeleton height={88} mb="md" />
        <Skeleton height={HEIGHT + 36} />
      </Card>
    );
  const seconds = figures.oldest_queued_at
    ? Math.max(0, (Date.parse(figures.as_of) - Date.parse(figures.oldest_queued_at)) / 1000)
    : undefined;
  const isQuiet = figures.sent_24_hours + figures.failed_24_hours === 0;
  return (
    <Card title={t('delivery.title')} description={t('delivery.lead')}>
      <dl className={classes.queue}>
        <Figure
          label={t('delivery.queued')}
          value={format.number(figures.queued)}
          hint={
            figures.queued > 0 ? (
              <Anchor component={Link} to="/notifications?status=queued" inherit>
                {figures.retrying > 0
                  ? t('delivery.retrying', { count: figures.retrying, formatted: format.number(figures.retrying) })
                  : t('delivery.seeQueued')}
              </Anchor>
            ) : (
              t('delivery.nothingQueued')
            )
          }
        />
        <Figure
          label={t('delivery.oldest')}
          value={seconds === undefined ? '–' : format.duration(Math.round(seconds))}
          hint={t('delivery.oldestHint')}
        />
        <Figure
          label={t('delivery.rate')}
          value={figures.delivery_rate === null ? '–' : format.percent(figures.delivery_rate)}
          hint={
            figures.failed_24_hours > 0 ? (
              <Anchor component={Link} to="/notifications?status=failed" inherit>
                {t('delivery.failed', { count: figures.failed_24_hours, formatted: format.number(figures.failed_24_hours) })}
              </Anchor>
            ) : (
              t('delivery.nothingFailed')
            )
          }
        />
      </dl>
      {isQuiet ? (
        <div className={classes.calm} style={{ height: HEIGHT + 36 }}>
          <Text c="dimmed" size="sm">
            {t('delivery.quiet')}
          </Text>
        </div>
      ) : (
        <ChartFrame
          label={t('delivery.label', {
            sent: format.number(figures.sent_24_hours),
            failed: format.number(figures.failed_24_hours),
          })}
          height={HEIGHT}
          legend={
            <>
              <LegendItem color="var(--mantine-color-teal-8)">
                {t('delivery.sent')} {format.number(figures.sent_24_hours)}
              </LegendItem>
              <LegendItem color="var(--mantine-color-red-6)">
                {t('delivery.failedLegend')} {format.number(figures.failed_24_hours)}
              </LegendItem>
            </>
          }
          table={{
            head: [t('delivery.hour'), t('delivery.sent'), t('delivery.failedLegend')],
            rows: figures.hours.map(({ hour, sent, failed }) => ({
              key: hour,
              cells: [format.dateTime(hour), format.number(sent), format.number(failed)],
            })),
          }}
        >
          <HoursChart
            hours={figures.hours}
            height={HEIGHT}
            tick={format.time}
            count={format.compact}
            tip={({ hour, sent, failed }) => ({
              title: format.dateTime(hour),
              lines: [
                `${t('delivery.sent')}: ${format.number(sent)}`,
                `${t('delivery.failedLegend')}: ${format.number(failed)}`,
              ],
            })}
          />
        </ChartFrame>
      )}
    </Card>
  );
}

const Figure = ({ label, value, hint }: { label: string; value: string; hint: ReactNode }) => (
  <div>
    <Text component="dt" size="sm" c="dimmed">
      {label}
    </Text>
    <dd>
      <Text className="numbers" fz="1.35rem" fw={650} lh={1.3}>
        {value}
      </Text>
      <Text size="xs" c="dimmed" component="div">
        {hint}
      </Text>
    </dd>
  </div>
);
