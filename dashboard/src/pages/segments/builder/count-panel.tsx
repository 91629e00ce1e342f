import { Button, Loader, Text, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Card } from '../../../components/card';
import { ProblemAlert } from '../../../components/problem-alert';
import { ShareBar } from '../../../components/share-bar';
import { Ago } from '../../../components/time';
import { useFormat } from '../../../i18n/use-format';
import classes from './builder-page.module.css';
import type { LiveCount } from './use-live-count';

/** How many customers the rule reaches, while it is edited. `elsewhere` is what is wrong with the rule as a whole. */
export function CountPanel(props: {
  live: LiveCount;
  isPaused: boolean;
  /** What the service refused is said at the parts it is about. */
  isErrorPlaced: boolean;
  elsewhere: readonly string[];
  isNew: boolean;
  isSaving: boolean;
  onSave: () => void;
  /** Why it was not saved. */
  problem: ReactNode;
}) {
  const { t } = useTranslation('segments');
  const format = useFormat();
  const { count, isCurrent, isCounting, isSlow, error, retry } = props.live;
  const shown = count && { count: count.total, formatted: format.number(count.total) };
  const share = count ? format.percent(count.share) : '';
  return (
    <div className={classes.count}>
      <Card title={t('count.title')}>
        <div className={classes.panel}>
          <div
            className={isCurrent ? classes.figure : `${classes.figure} ${classes.old}`}
            title={isCurrent ? undefined : t('count.stale')}
          >
            <span className={classes.total}>{shown?.formatted ?? '–'}</span>
            <Text component="span" size="sm" c="dimmed">
              {t('count.customers', { count: count?.total ?? 0 })}
            </Text>
            {isCounting && <Loader size="xs" type="dots" aria-hidden />}
          </div>
          <div className={classes.share}>
            <ShareBar share={count?.share ?? 0} label={t('count.meter')} />
          </div>
          <Text size="xs" c="dimmed" className={classes.meta}>
            {props.isPaused || props.isErrorPlaced
              ? t('count.paused')
              : isSlow
                ? t('count.slow')
                : count && <Meta count={count} />}
          </Text>
          <VisuallyHidden role="status">{isCurrent && shown && t('count.result', { ...shown, share })}</VisuallyHidden>
          <div className={classes.problems}>
            {props.elsewhere.map((detail) => (
              <Text key={detail} size="sm" c="var(--mantine-color-error)" mt="xs" role="alert">
                {detail}
              </Text>
            ))}
            {error && !props.isErrorPlaced && props.elsewhere.length === 0 && <ProblemAlert error={error} onRetry={retry} />}
            {props.problem}
          </div>
          <div className={classes.save}>
            <Button fullWidth loading={props.isSaving} onClick={props.onSave}>
              {t(props.isNew ? 'builder.save' : 'builder.saveChanges')}
            </Button>
          </div>
        </div>
      </Card>
    </div>
  );
}

/** Of how many, where it was counted, how long that took, and how old it is. */
function Meta({ count }: { count: NonNullable<LiveCount['count']> }) {
  const { t } = useTranslation('segments');
  const format = useFormat();
  return (
    <>
      {t('count.share', { share: format.percent(count.share), formatted: format.number(count.active_customers) })}
      {' · '}
      {t(count.source === 'index' ? 'count.fromIndex' : 'count.fromDatabase', {
        took: format.duration(count.elapsed_ms / 1000),
      })}
      {count.dataAsOf && (
        <>
          {' · '}
          <Ago key={count.dataAsOf} at={count.dataAsOf} />
        </>
      )}
    </>
  );
}
