import { Anchor, Skeleton, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
import { oneOf, useUrlFilters } from '../../components/use-url-filters';
import { useFormat } from '../../i18n/use-format';
import { AudienceDrawer } from './audience-drawer';
import classes from './dispatches.module.css';
import { REASONS, type Step, waterfallOf } from './waterfall';

const COLORS: Partial<Record<Step['key'], string>> = { matched: classes.matched, targeted: classes.targeted };
const GROUPS = [...REASONS, 'targeted'] as const;

/** From everyone the segments gave to who gets it, reason by reason; each opens the list of its customers. */
export function AudienceCard({ dispatch }: { dispatch: Schema<'DispatchView'> }) {
  const { t } = useTranslation(['dispatches', 'common']);
  const format = useFormat();
  const group = useUrlFilters(['audience']);
  const steps = waterfallOf(dispatch);
  const nameOf = (key: Step['key']) => (key === 'matched' ? t('audience.matched') : t(`common:reason.${key}`));
  return (
    <Card title={t('audience.title')} description={t(dispatch.kind === 'test' ? 'audience.leadTest' : 'audience.lead')}>
      {!dispatch.resolved_at && dispatch.status === 'resolving' && <Skeleton height={120} />}
      {(dispatch.resolved_at || dispatch.status !== 'resolving') && steps.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('audience.nobody')}
        </Text>
      )}
      {steps.length > 0 && (
        <ol className={classes.fall}>
          {steps.map(({ key, customers, from, to }) => (
            <li key={key} className={key === 'targeted' ? classes.last : undefined}>
              {key === 'matched' || customers === 0 ? (
                <span>{nameOf(key)}</span>
              ) : (
                <Anchor component="button" type="button" inherit ta="left" onClick={() => group.set('audience', key)}>
                  {nameOf(key)}
                </Anchor>
              )}
              <div className={classes.track} aria-hidden>
                <div
                  className={`${classes.block} ${COLORS[key] ?? ''}`}
                  style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }}
                />
              </div>
              <span className={`numbers ${classes.amount}`}>
                {key !== 'matched' && key !== 'targeted' && '−'}
                {format.number(customers)}
              </span>
              <Text span inherit c="dimmed" className={`numbers ${classes.amount} ${classes.share}`}>
                {format.percent(customers / dispatch.matched)}
              </Text>
            </li>
          ))}
        </ol>
      )}
      <AudienceDrawer
        dispatch={dispatch}
        reason={oneOf(GROUPS, group.values.audience)}
        onClose={() => group.set('audience', '')}
      />
    </Card>
  );
}
