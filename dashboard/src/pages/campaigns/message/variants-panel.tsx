import { Select, Stack, Text, Textarea } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read, type Schema } from '../../../api/client';
import { ApiProblem } from '../../../api/problem';
import { AskModel } from '../../../components/ask-model';
import { ModelProblem } from '../../../components/model-problem';
import { ModelRefusal } from '../../../components/model-refusal';
import { useModelCall } from '../../../components/use-model-call';
import { useFormat } from '../../../i18n/use-format';
import { useSegments } from '../campaign-calls';
import classes from './message.module.css';
import type { MessageText } from './template';
import { VariantsList } from './variants-list';

const MOST_CHARACTERS = 1000;
/** Segments that the model can be told of. */
const MOST_SEGMENTS = 20;
const ANY = 'any';
const TONES = ['friendly', 'formal', 'playful', 'urgent', 'informative'] as const;
const LANGUAGES = ['en', 'es', 'ca'] as const;
const COUNTS = ['1', '2', '3', '4', '5'];

/** Messages that the model suggests for a goal and the audience as it is so far. The message stays as it is until one is taken. */
export function VariantsPanel(props: {
  isOpen: boolean;
  channel: Schema<'CampaignView'>['channel'];
  /** What the campaign is for, as far as it is known. */
  purpose: string;
  /** Active segments of the audience. */
  segmentIds: readonly string[];
  current: MessageText;
  onUse: (text: MessageText) => void;
}) {
  const { t } = useTranslation(['ai', 'common']);
  const format = useFormat();
  const segments = useSegments();
  const [goal, setGoal] = useState(() => props.purpose.slice(0, MOST_CHARACTERS));
  const [tone, setTone] = useState<string>(ANY);
  const [language, setLanguage] = useState<string>(ANY);
  const [count, setCount] = useState('3');
  const field = useRef<HTMLTextAreaElement>(null);
  const { isOpen } = props;
  useEffect(() => {
    if (isOpen) field.current?.focus();
  }, [isOpen]);
  const told = props.segmentIds.slice(0, MOST_SEGMENTS);
  const channel = t(`common:channel.${props.channel}`);
  const call = useModelCall((body: Schema<'DraftMessages'>, signal) => read(api.POST('/ai/messages', { body, signal })));
  const ask = () =>
    call.ask({
      goal: goal.trim(),
      segment_ids: [...told],
      tone: TONES.find((one) => one === tone),
      language: LANGUAGES.find((one) => one === language),
      channel: props.channel,
      variants: Number(count),
    });
  const { error, answered } = call;
  return (
    <Stack gap="sm">
      <Textarea
        ref={field}
        label={t('variants.goal')}
        description={t('variants.goalHint')}
        placeholder={t('variants.goalExample')}
        value={goal}
        onChange={(event) => setGoal(event.currentTarget.value)}
        maxLength={MOST_CHARACTERS}
        autosize
        minRows={2}
        maxRows={6}
      />
      <div className={classes.asked}>
        <Select
          label={t('variants.tone')}
          data={[ANY, ...TONES].map((value) => ({ value, label: t(`variants.tones.${value as typeof ANY}`) }))}
          value={tone}
          onChange={(value) => setTone(value ?? ANY)}
          allowDeselect={false}
        />
        <Select
          label={t('variants.language')}
          data={[ANY, ...LANGUAGES].map((value) => ({ value, label: t(`variants.languages.${value as typeof ANY}`) }))}
          value={language}
          onChange={(value) => setLanguage(value ?? ANY)}
          allowDeselect={false}
        />
        <Select
          label={t('variants.count')}
          data={COUNTS}
          value={count}
          onChange={(value) => setCount(value ?? '3')}
          allowDeselect={false}
        />
      </div>
      <Text size="sm" c="dimmed">
        {told.length === 0
          ? t('variants.forEverybody', { channel })
          : t('variants.forSegments', {
              channel,
              names: format.list(told.map((id) => t('quoted', { text: segments.byId.get(id)?.name ?? id.slice(0, 8) }))),
            })}{' '}
        {told.length < props.segmentIds.length && t('variants.firstSegments', { formatted: format.number(told.length) })}{' '}
        {t('variants.privacy')}
      </Text>
      <AskModel
        label={t(call.phase === 'idle' ? 'variants.ask' : 'variants.again')}
        phase={call.phase}
        disabled={goal.trim() === ''}
        onAsk={ask}
        onStop={call.stop}
      />
      {error instanceof ApiProblem && error.type === 'draft-not-usable' ? (
        <ModelRefusal title={t('variants.unusable')} details={error.errors.map(({ detail }) => detail)}>
          {t('variants.unusableText')}
        </ModelRefusal>
      ) : (
        error !== undefined && <ModelProblem error={error} onRetry={ask} />
      )}
      {answered && (
        <VariantsList
          channel={answered.input.channel ?? props.channel}
          drafts={answered.answer}
          current={props.current}
          onUse={props.onUse}
        />
      )}
    </Stack>
  );
}
