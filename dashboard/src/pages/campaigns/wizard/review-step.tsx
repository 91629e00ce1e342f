import { Alert, Anchor, Button, List, Skeleton, Stack, Text } from '@mantine/core';
import { IconAlertCircle, IconFlask } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Card } from '../../../components/card';
import { Facts } from '../../../components/facts';
import { ProblemAlert } from '../../../components/problem-alert';
import { useFormat } from '../../../i18n/use-format';
import { AudiencePicture } from '../audience/audience-picture';
import { UnionCount } from '../audience/union-count';
import { useDryRun } from '../audience/use-dry-run';
import { useSegments } from '../campaign-calls';
import { MessagePreview } from '../message/message-preview';
import { TestSendDialog } from '../send/test-send-dialog';
import { bodyOf, type Fault, type Step, STEPS } from './draft';
import { useRuleFacts } from './rule-facts';
import type { StepProps } from './step-props';
import classes from './wizard.module.css';

/** The whole campaign on one page, and what is still missing. */
export function ReviewStep({
  draft,
  saved,
  activeSegments,
  faultsByStep,
  href,
}: StepProps & { faultsByStep: Record<Step, Fault[]>; href: (step: Step) => string }) {
  const { t } = useTranslation(['wizard', 'campaigns', 'common']);
  const segments = useSegments();
  const format = useFormat();
  const ruleFacts = useRuleFacts();
  const run = useDryRun(saved?.id ?? '', saved?.version ?? '', { enabled: saved?.isActive === true });
  const [isTesting, setTesting] = useState(false);
  const names = (ids: string[]) =>
    format.either(ids.map((id) => t('quoted', { text: segments.byId.get(id)?.name ?? id.slice(0, 8) })));
  const missing = STEPS.flatMap((step) => faultsByStep[step].map((fault) => ({ step, fault })));
  const edit = (step: Step) => (
    <Anchor component={Link} to={href(step)} size="sm" aria-label={t('review.editStep', { step: t(`step.${step}`) })}>
      {t('common:action.edit')}
    </Anchor>
  );
  return (
    <div className={classes.beside}>
      <Stack gap="md">
        {missing.length > 0 && (
          <Alert color="orange" icon={<IconAlertCircle aria-hidden />} title={t('review.missing')}>
            <List size="sm">
              {missing.map(({ step, fault }) => (
                <List.Item key={fault}>
                  <Anchor component={Link} to={href(step)} size="sm">
                    {t(`fault.${fault}`)}
                  </Anchor>
                </List.Item>
              ))}
            </List>
          </Alert>
        )}
        <Card title={t('review.audience')} actions={edit('audience')}>
          <Stack gap="md">
            {draft.segment_ids.length > 0 && (
              <Text className={classes.reading}>
                {t('review.reading', { included: names(draft.segment_ids) })}{' '}
                {draft.excluded_segment_ids.length > 0 &&
                  t('review.readingExcluded', { excluded: names(draft.excluded_segment_ids) })}
              </Text>
            )}
            {run.error && saved && <ProblemAlert error={run.error} onRetry={() => void run.refetch()} />}
            {saved?.isActive && run.isPending && !run.error && <Skeleton height={280} />}
            {saved && run.data && <AudiencePicture dispatch={run.data} segments={segments.byId} />}
            {!saved?.isActive && (
              <>
                <UnionCount included={activeSegments} excluded={draft.excluded_segment_ids} />
                <Text size="sm" c="dimmed">
                  {saved ? t('campaigns:detail.inactiveText') : t('campaigns:audience.saveFirst')}
                </Text>
              </>
            )}
          </Stack>
        </Card>
        <Card title={t('step.rules')} actions={edit('rules')}>
          <Facts facts={ruleFacts(bodyOf(draft))} />
        </Card>
      </Stack>
      <Card
        title={draft.name || t('review.unnamed')}
        description={t(`common:channel.${draft.channel}`)}
        actions={edit('message')}
      >
        <Stack gap="md">
          <MessagePreview channel={draft.channel} text={draft} saved={saved} included={activeSegments} />
          <Button
            variant="default"
            leftSection={<IconFlask size={18} aria-hidden />}
            disabled={!saved}
            onClick={() => setTesting(true)}
          >
            {t('campaigns:test.open')}
          </Button>
          {!saved && (
            <Text size="xs" c="dimmed">
              {t('campaigns:test.saveFirst')}
            </Text>
          )}
          {saved && <TestSendDialog campaignId={saved.id} opened={isTesting} onClose={() => setTesting(false)} />}
        </Stack>
      </Card>
    </div>
  );
}
