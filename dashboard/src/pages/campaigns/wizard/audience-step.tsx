import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconUsersGroup } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Card, Halves } from '../../../components/card';
import { ProblemAlert } from '../../../components/problem-alert';
import { AudiencePicture } from '../audience/audience-picture';
import { SegmentPicker } from '../audience/segment-picker';
import { UnionCount } from '../audience/union-count';
import { useDryRun } from '../audience/use-dry-run';
import { useSegments } from '../campaign-calls';
import { useFaultText } from './fault-text';
import type { StepProps } from './step-props';

/** Who gets it and who does not: segments, their union, and once it is saved who of them is left out. */
export function AudienceStep({
  draft,
  change,
  faults,
  isShown,
  saved,
  activeSegments,
  isLooking,
  onLook,
  isSaving,
}: StepProps & { isLooking: boolean; onLook: () => void; isSaving: boolean }) {
  const { t } = useTranslation(['campaigns', 'wizard']);
  const fault = useFaultText(draft, faults, isShown);
  const segments = useSegments({ counts: true });
  const run = useDryRun(saved?.id ?? '', saved?.version ?? '', { enabled: isLooking && saved?.isActive === true });
  const whole = Math.max(1, ...[...segments.byId.values()].map(({ total }) => total ?? 0));
  const picked = { segments: segments.byId, isPending: segments.isPending, whole };
  return (
    <Stack gap="md">
      {segments.error && <ProblemAlert error={segments.error} onRetry={() => void segments.refetch()} />}
      <Halves>
        <Card title={t('audience.included')}>
          <SegmentPicker
            {...picked}
            label={t('audience.addIncluded')}
            listLabel={t('audience.included')}
            description={t('audience.includedHint')}
            placeholder={t('wizard:picker.search')}
            chosen={draft.segment_ids}
            taken={draft.excluded_segment_ids}
            error={fault('segment-missing', 'segment-both')}
            onChange={(segment_ids) => change({ segment_ids })}
          />
        </Card>
        <Card title={t('audience.excluded')}>
          <SegmentPicker
            {...picked}
            label={t('audience.addExcluded')}
            listLabel={t('audience.excluded')}
            description={t('audience.excludedHint')}
            placeholder={t('wizard:picker.search')}
            chosen={draft.excluded_segment_ids}
            taken={draft.segment_ids}
            onChange={(excluded_segment_ids) => change({ excluded_segment_ids })}
          />
        </Card>
      </Halves>
      <Card title={t('audience.union')} description={t('audience.unionHint')}>
        <UnionCount included={activeSegments} excluded={draft.excluded_segment_ids} />
      </Card>
      <Card
        title={t('audience.who')}
        description={t('audience.whoHint')}
        actions={
          run.data && saved ? (
            <Button variant="default" size="xs" loading={run.isFetching} onClick={() => void run.refetch()}>
              {t('audience.lookAgain')}
            </Button>
          ) : undefined
        }
      >
        {run.error && saved && <ProblemAlert error={run.error} onRetry={() => void run.refetch()} />}
        {run.data && saved && !run.error && <AudiencePicture dispatch={run.data} segments={segments.byId} />}
        {isLooking && saved?.isActive && run.isPending && !run.error && <Skeleton height={220} />}
        {saved && !saved.isActive && (
          <Text size="sm" c="dimmed">
            {t('detail.inactiveText')}
          </Text>
        )}
        {(saved ? saved.isActive && !isLooking : true) && (
          <Group gap="sm">
            <Button
              variant="light"
              leftSection={<IconUsersGroup size={18} aria-hidden />}
              loading={isSaving}
              onClick={onLook}
            >
              {saved ? t('audience.look') : t('audience.saveAndLook')}
            </Button>
            {!saved && (
              <Text size="sm" c="dimmed">
                {t('audience.saveFirst')}
              </Text>
            )}
          </Group>
        )}
      </Card>
    </Stack>
  );
}
