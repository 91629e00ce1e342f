import { Alert, Button, Group, Loader, Stack, Text, Textarea } from '@mantine/core';
import { IconPlayerStop, IconSparkles } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../../api/client';
import { ApiProblem } from '../../../api/problem';
import { ProblemAlert } from '../../../components/problem-alert';
import { useAiDraft } from './use-ai-draft';
import classes from './message.module.css';

const MODEL_PROBLEMS = [
  'model-unavailable',
  'model-missing',
  'model-too-slow',
  'model-busy',
  'model-answer-invalid',
] as const;

/** Lets the model write a draft beside the message. The message stays as it is until the draft is taken. */
export function AiDraftPanel(props: {
  name: string;
  channel: Schema<'CampaignView'>['channel'];
  onUse: (text: string) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation(['wizard', 'common']);
  const draft = useAiDraft();
  const [prompt, setPrompt] = useState('');
  const isWriting = draft.state === 'writing';
  const start = () =>
    draft.start({
      prompt: [props.name && t('ai.campaignIs', { name: props.name }), prompt.trim()].filter(Boolean).join('\n\n'),
      system: t('ai.system', { channel: t(`common:channel.${props.channel}`) }),
    });
  return (
    <Stack gap="sm">
      <Textarea
        label={t('ai.prompt')}
        description={t('ai.promptHint')}
        placeholder={t('ai.promptExample')}
        value={prompt}
        onChange={(event) => setPrompt(event.currentTarget.value)}
        maxLength={7000}
        autosize
        minRows={2}
        maxRows={6}
        data-autofocus
      />
      <Group gap="xs">
        {isWriting ? (
          <Button variant="default" leftSection={<IconPlayerStop size={16} aria-hidden />} onClick={draft.stop}>
            {t('ai.stop')}
          </Button>
        ) : (
          <Button
            variant="light"
            leftSection={<IconSparkles size={16} aria-hidden />}
            onClick={start}
            disabled={prompt.trim() === ''}
          >
            {draft.state === 'idle' ? t('ai.write') : t('ai.again')}
          </Button>
        )}
        <Button variant="subtle" color="gray" onClick={props.onClose}>
          {t('common:action.close')}
        </Button>
        {isWriting && <Loader size="sm" type="dots" aria-hidden />}
        <Text size="sm" c="dimmed" role="status">
          {draft.state !== 'idle' && !draft.error && t(`ai.state.${draft.state}`)}
        </Text>
      </Group>
      {draft.error !== undefined && <ModelProblem error={draft.error} onRetry={start} />}
      {draft.text && (
        <>
          <div className={classes.draft} role="region" aria-label={t('ai.draft')} tabIndex={0} aria-busy={isWriting}>
            {draft.text}
          </div>
          <Group justify="space-between" gap="xs">
            <Text size="xs" c="dimmed">
              {t('ai.readIt')}
            </Text>
            <Button disabled={isWriting} onClick={() => props.onUse(draft.text)}>
              {t('ai.use')}
            </Button>
          </Group>
        </>
      )}
    </Stack>
  );
}

/** Why there is no draft. That the model is down is no fault of the message, which can be written by hand. */
function ModelProblem({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation(['wizard', 'common']);
  const type = error instanceof ApiProblem ? MODEL_PROBLEMS.find((name) => name === error.type) : undefined;
  if (!type) return <ProblemAlert error={error} onRetry={onRetry} />;
  return (
    <Alert color="orange" icon={<IconSparkles aria-hidden />} title={t('ai.down')} role="alert">
      <Text size="sm">{t(`ai.problem.${type}`)}</Text>
      <Button mt="xs" size="xs" variant="default" onClick={onRetry}>
        {t('common:action.retry')}
      </Button>
    </Alert>
  );
}
