import { List, Stack, Text, Textarea } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../../../api/client';
import { ApiProblem } from '../../../../api/problem';
import { AskModel } from '../../../../components/ask-model';
import { ConfirmDialog } from '../../../../components/confirm-dialog';
import { ModelProblem } from '../../../../components/model-problem';
import { ModelRefusal } from '../../../../components/model-refusal';
import { useModelCall } from '../../../../components/use-model-call';
import type { Rule } from '../../rules/rule';
import classes from './describe.module.css';
import { refusalOf } from './suggestion';
import { SuggestedRule } from './suggested-rule';

const MOST_CHARACTERS = 1000;

/** A sentence that the model makes a rule of, to look at: nothing changes until somebody uses it. */
export function DescribeRule(props: {
  isOpen: boolean;
  /** Something would be lost: it is asked before. */
  replaces: boolean;
  onUse: (rule: Rule) => void;
}) {
  const { isOpen, replaces, onUse } = props;
  const { t } = useTranslation('ai');
  const [waiting, setWaiting] = useState<Rule>();
  const [sentence, setSentence] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const call = useModelCall((prompt: string, signal) => read(api.POST('/ai/segments', { body: { prompt }, signal })));
  const replace = () => {
    if (waiting) onUse(waiting);
    return Promise.resolve();
  };
  const ask = () => call.ask(sentence.trim());
  useEffect(() => {
    if (isOpen) field.current?.focus();
  }, [isOpen]);
  const { error, answered } = call;
  return (
    <Stack gap="sm" className={classes.panel}>
      <Textarea
        ref={field}
        label={t('rule.prompt')}
        description={t('rule.promptHint')}
        placeholder={t('rule.promptExample')}
        value={sentence}
        onChange={(event) => setSentence(event.currentTarget.value)}
        maxLength={MOST_CHARACTERS}
        autosize
        minRows={2}
        maxRows={6}
      />
      <AskModel
        label={t(call.phase === 'idle' ? 'rule.ask' : 'rule.again')}
        phase={call.phase}
        disabled={sentence.trim() === ''}
        onAsk={ask}
        onStop={call.stop}
      />
      {error instanceof ApiProblem && error.type === 'draft-not-usable' ? (
        <Refusal problem={error} />
      ) : (
        error !== undefined && <ModelProblem error={error} onRetry={ask} />
      )}
      {answered && (
        <SuggestedRule
          key={JSON.stringify(answered)}
          sentence={answered.input}
          suggestion={answered.answer}
          onUse={replaces ? setWaiting : onUse}
        />
      )}
      <ConfirmDialog
        opened={waiting !== undefined}
        onClose={() => setWaiting(undefined)}
        title={t('rule.replaceTitle')}
        confirm={t('rule.replace')}
        onConfirm={replace}
      >
        {t('rule.replaceText')}
      </ConfirmDialog>
    </Stack>
  );
}

function Refusal({ problem }: { problem: ApiProblem }) {
  const { t } = useTranslation('ai');
  const { phrases, details } = refusalOf(problem);
  return (
    <ModelRefusal title={t('rule.refused')} details={details}>
      {phrases.length > 0 && (
        <>
          <Text size="sm">{t('rule.notUnderstood')}</Text>
          <List size="sm" my={4}>
            {phrases.map((phrase) => (
              <List.Item key={phrase}>{t('quoted', { text: phrase })}</List.Item>
            ))}
          </List>
        </>
      )}
      {t('rule.otherWords')}
    </ModelRefusal>
  );
}
