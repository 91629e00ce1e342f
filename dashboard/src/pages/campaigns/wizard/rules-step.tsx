import { Group, NumberInput, Radio, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Card, Halves } from '../../../components/card';
import { useFormat } from '../../../i18n/use-format';
import { audienceRule } from '../audience/audience-rule';
import { useCounted } from '../audience/union-count';
import { useFaultText } from './fault-text';
import { fromLocal, ownZone, toLocal } from './local-time';
import type { StepProps } from './step-props';

/** The rules of delivery, each with what it means for this audience. */
export function RulesStep({ draft, change, faults, activeSegments }: StepProps) {
  const { t } = useTranslation(['wizard', 'common']);
  const format = useFormat();
  const fault = useFaultText(draft, faults, true);
  const audience = useCounted(audienceRule(activeSegments, draft.excluded_segment_ids)).data?.total;
  const heldOut = audience === undefined ? undefined : Math.round((audience * draft.holdout_percent) / 100);
  return (
    <Halves>
      <Card title={t('rules.once')}>
        <Radio.Group
          aria-label={t('rules.once')}
          value={draft.once_per_customer ? 'once' : 'each'}
          onChange={(value) => change({ once_per_customer: value === 'once' })}
        >
          <Stack gap="sm">
            <Radio value="once" label={t('rules.onceYes')} description={t('rules.onceYesHint')} />
            <Radio value="each" label={t('rules.onceNo')} description={t('rules.onceNoHint')} />
          </Stack>
        </Radio.Group>
      </Card>
      <Card title={t('rules.cap')}>
        <Stack gap="md">
          <Switch
            label={t('rules.capOn')}
            description={t('rules.capHint')}
            checked={draft.hasCap}
            onChange={(event) => change({ hasCap: event.currentTarget.checked })}
          />
          {draft.hasCap && (
            <Group gap="sm" align="flex-start">
              <NumberInput
                label={t('rules.capMax')}
                value={draft.capMax}
                onChange={(value) => change({ capMax: Number(value) })}
                min={1}
                max={1000}
                allowDecimal={false}
                suffix={` ${t('rules.messages')}`}
                w="10rem"
                error={fault('cap')}
              />
              <NumberInput
                label={t('rules.capDays')}
                value={draft.capDays}
                onChange={(value) => change({ capDays: Number(value) })}
                min={1}
                max={365}
                allowDecimal={false}
                suffix={` ${t('rules.days')}`}
                w="10rem"
              />
            </Group>
          )}
        </Stack>
      </Card>
      <Card title={t('rules.holdout')}>
        <Stack gap="sm">
          <NumberInput
            label={t('rules.holdoutPercent')}
            description={t('rules.holdoutHint')}
            value={draft.holdout_percent}
            onChange={(value) => change({ holdout_percent: Number(value) })}
            min={0}
            max={99}
            decimalScale={2}
            suffix=" %"
            styles={{ wrapper: { maxWidth: '12rem' } }}
            error={fault('holdout')}
          />
          <Text size="sm" aria-live="polite">
            {draft.holdout_percent === 0
              ? t('rules.holdoutNone')
              : heldOut === undefined || audience === undefined
                ? t('rules.holdoutSome')
                : t('rules.holdoutCustomers', {
                    count: heldOut,
                    formatted: format.number(heldOut),
                    audience: format.number(audience),
                  })}
          </Text>
        </Stack>
      </Card>
      <Card title={t('rules.notAfter')}>
        <TextInput
          type="datetime-local"
          label={t('rules.notAfterField')}
          description={t('rules.notAfterHint', { zone: ownZone() })}
          value={toLocal(draft.not_after)}
          onChange={(event) => change({ not_after: fromLocal(event.currentTarget.value) })}
          error={fault('not-after-past')}
          styles={{ wrapper: { maxWidth: '16rem' } }}
        />
      </Card>
    </Halves>
  );
}
