import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format';
import { Ago } from '../../../components/time';
import { Waterfall } from '../../../components/waterfall';
import type { Dispatch, Segment } from '../campaign-calls';
import { LeftOut } from './left-out';
import { SegmentShares } from './segment-shares';
import { useStepName } from './use-step-name';

/** What a dry run says: how many get it, who is left out and why, and what each segment gives. */
export function AudiencePicture({ dispatch, segments }: { dispatch: Dispatch; segments: ReadonlyMap<string, Segment> }) {
  const { t } = useTranslation('campaigns');
  const format = useFormat();
  const nameOf = useStepName();
  return (
    <Stack gap="lg">
      <div>
        <Text fz="1.75rem" fw={650} lh={1.25} className="numbers">
          {t('audience.getIt', { count: dispatch.targeted, formatted: format.number(dispatch.targeted) })}
        </Text>
        <Text size="sm" c="dimmed">
          {t('audience.ofMatched', { count: dispatch.matched, formatted: format.number(dispatch.matched) })}{' '}
          <Ago at={dispatch.as_of} />
        </Text>
      </div>
      <Waterfall dispatch={dispatch} nameOf={nameOf} />
      <LeftOut dispatch={dispatch} />
      <SegmentShares dispatch={dispatch} segments={segments} />
    </Stack>
  );
}
