import { Anchor, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
import { Facts } from '../../components/facts';
import { When } from '../../components/time';
import { useFormat } from '../../i18n/use-format';
import { useSegmentNames } from './segment-names';

type Dispatch = Schema<'DispatchView'>;

/** The segments and the rules of delivery as they were when it began. */
export function RulesCard({ dispatch }: { dispatch: Dispatch }) {
  const { t } = useTranslation('dispatches');
  const format = useFormat();
  const { frequency_cap, holdout_percent, once_per_customer, not_after } = dispatch.rules;
  const included = dispatch.segments.filter(({ excluded, referred }) => !excluded && !referred);
  const excluded = dispatch.segments.filter((segment) => segment.excluded);
  const referred = dispatch.segments.filter((segment) => segment.referred);
  const nameOf = useSegmentNames(dispatch.segments.map(({ id }) => id));
  const segments = (list: Dispatch['segments']) => <Segments segments={list} nameOf={nameOf} />;
  return (
    <Card title={t('rules.title')} description={t('rules.lead')}>
      <Facts
        facts={[
          ...(dispatch.kind === 'test' ? [] : [{ name: t('rules.segments'), value: segments(included) }]),
          ...(excluded.length > 0 ? [{ name: t('rules.excluded'), value: segments(excluded) }] : []),
          ...(referred.length > 0 ? [{ name: t('rules.referred'), value: segments(referred) }] : []),
          { name: t('rules.asOf'), value: <When at={dispatch.as_of} /> },
          { name: t('rules.once'), value: t(once_per_customer ? 'rules.onceYes' : 'rules.onceNo') },
          {
            name: t('rules.cap'),
            value: frequency_cap
              ? t('rules.capText', {
                  max: format.number(frequency_cap.max),
                  count: frequency_cap.per_days,
                  formatted: format.number(frequency_cap.per_days),
                })
              : t('rules.noCap'),
          },
          {
            name: t('rules.holdout'),
            value: holdout_percent > 0 ? format.percent(holdout_percent / 100, 2) : t('rules.noHoldout'),
          },
          { name: t('rules.notAfter'), value: not_after ? <When at={not_after} /> : t('rules.noNotAfter') },
        ]}
      />
    </Card>
  );
}

function Segments({ segments, nameOf }: { segments: Dispatch['segments']; nameOf: (id: string) => string }) {
  const { t } = useTranslation('dispatches');
  return (
    <Stack gap={2}>
      {segments.map(({ id, version }) => (
        <Text key={id} size="sm">
          <Anchor component={Link} to={`/segments/${id}`} inherit>
            {nameOf(id)}
          </Anchor>{' '}
          <Text span size="xs" c="dimmed">
            {t('rules.version', { version })}
          </Text>
        </Text>
      ))}
    </Stack>
  );
}
