import { Skeleton, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
import { oneOf } from '../../components/url-filters';
import { useUrlFilters } from '../../components/use-url-filters';
import { Waterfall } from '../../components/waterfall';
import { REASONS } from '../../components/waterfall-steps';
import { AudienceDrawer } from './audience-drawer';

const GROUPS = [...REASONS, 'targeted'] as const;

/** From everyone the segments gave to who gets it, reason by reason; each opens the list of its customers. */
export function AudienceCard({ dispatch }: { dispatch: Schema<'DispatchView'> }) {
  const { t } = useTranslation(['dispatches', 'common']);
  const group = useUrlFilters(['audience']);
  return (
    <Card title={t('audience.title')} description={t(dispatch.kind === 'test' ? 'audience.leadTest' : 'audience.lead')}>
      {!dispatch.resolved_at && dispatch.status === 'resolving' && <Skeleton height={120} />}
      {(dispatch.resolved_at || dispatch.status !== 'resolving') && dispatch.matched === 0 && (
        <Text size="sm" c="dimmed">
          {t('audience.nobody')}
        </Text>
      )}
      {dispatch.matched > 0 && (
        <Waterfall
          dispatch={dispatch}
          nameOf={(kind) => (kind === 'matched' ? t('audience.matched') : t(`common:reason.${kind}`))}
          onOpen={(kind) => group.set('audience', kind)}
        />
      )}
      <AudienceDrawer
        dispatch={dispatch}
        reason={oneOf(GROUPS, group.values.audience)}
        onClose={() => group.set('audience', '')}
      />
    </Card>
  );
}
