import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../../api/client';
import { AskModel } from '../../../components/ask-model';
import { ModelProblem } from '../../../components/model-problem';
import classes from './message.module.css';
import { useStreamedDraft } from './use-streamed-draft';

const MOST_CHARACTERS = 2000;

/**
 * One text that is seen while the model writes it: of the admin's wish and the message as it stands, so that it can be made shorter, or said
 * in another language. Nothing is checked before it is a message, which the page checks like one that was typed.
 */
export function StreamedDraft(props: {
  channel: Schema<'CampaignView'>['channel'];
  message: string;
  onUse: (message: string) => void;
}) {
  const { t } = useTranslation(['ai', 'common']);
  const [wish, setWish] = useState('');
  const draft = useStreamedDraft();
  const isWriting = draft.phase === 'asking' || draft.phase === 'slow';
  const ask = () =>
    draft.ask({
      prompt: [props.message.trim() && t('draft.messageIs', { message: props.message.trim() }), wish.trim()]
        .filter(Boolean)
        .join('\n\n'),
      system: t('draft.system', { channel: t(`common:channel.${props.channel}`) }),
    });
  return (
    <Stack gap="sm">
      <Textarea
        label={t('draft.wish')}
        description={t('draft.wishHint')}
        placeholder={t('draft.wishExample')}
        value={wish}
        onChange={(event) => setWish(event.currentTarget.value)}
        maxLength={MOST_CHARACTERS}
        autosize
        minRows={2}
        maxRows={6}
      />
      <AskModel
        label={t(draft.phase === 'idle' ? 'draft.write' : 'draft.again')}
        phase={draft.phase}
        disabled={wish.trim() === ''}
        onAsk={ask}
        onStop={draft.stop}
      />
      {draft.error !== undefined && <ModelProblem error={draft.error} onRetry={ask} />}
      {draft.text && (
        <>
          <div className={classes.draft} role="region" aria-label={t('draft.title')} tabIndex={0} aria-busy={isWriting}>
            {draft.text}
          </div>
          <Group justify="space-between" gap="xs">
            <Text size="xs" c="dimmed">
              {t('draft.readIt')}
            </Text>
            <Button size="xs" variant="default" disabled={isWriting} onClick={() => props.onUse(draft.text)}>
              {t('draft.use')}
            </Button>
          </Group>
        </>
      )}
    </Stack>
  );
}
