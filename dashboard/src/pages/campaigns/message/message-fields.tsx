import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { IconBraces } from '@tabler/icons-react';
import { useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../../api/client';
import { PlaceholderDialog } from './placeholder-dialog';
import { hasTitle, inserted, type MessageText } from './template';

type Target = keyof MessageText;

/** Title and message, with placeholders put where the caret is. */
export function MessageFields(props: {
  channel: Schema<'CampaignView'>['channel'];
  text: MessageText;
  errors: Partial<Record<Target, string>>;
  onChange: (text: Partial<MessageText>) => void;
}) {
  const { t } = useTranslation('wizard');
  const [target, setTarget] = useState<Target>();
  const title = useRef<HTMLInputElement>(null);
  const message = useRef<HTMLTextAreaElement>(null);
  const caret = useRef<{ target: Target; at: number }>(undefined);

  // the caret goes behind what was inserted, once the field has it
  useLayoutEffect(() => {
    if (target !== undefined || !caret.current) return;
    const field = caret.current.target === 'title' ? title.current : message.current;
    const { at } = caret.current;
    caret.current = undefined;
    // after the dialog has given the focus back
    requestAnimationFrame(() => {
      field?.focus();
      field?.setSelectionRange(at, at);
    });
  }, [target]);

  function insert(placeholder: string): void {
    if (target === undefined) return;
    const field = target === 'title' ? title.current : message.current;
    const { text, caret: at } = inserted(
      props.text[target],
      placeholder,
      field?.selectionStart ?? undefined,
      field?.selectionEnd ?? undefined,
    );
    caret.current = { target, at };
    props.onChange({ [target]: text });
    setTarget(undefined);
  }

  return (
    <Stack gap="md">
      {hasTitle(props.channel) && (
        <div>
          <TextInput
            ref={title}
            label={props.channel === 'email' ? t('message.subject') : t('message.title')}
            description={t('message.titleHint')}
            value={props.text.title}
            onChange={(event) => props.onChange({ title: event.currentTarget.value })}
            error={props.errors.title}
            autoComplete="off"
          />
          <Insert label={t('message.insertInTitle')} onClick={() => setTarget('title')} />
        </div>
      )}
      <div>
        <Textarea
          ref={message}
          label={t('message.message')}
          description={t('message.messageHint')}
          value={props.text.message}
          onChange={(event) => props.onChange({ message: event.currentTarget.value })}
          error={props.errors.message}
          rows={9}
          required
        />
        <Insert label={t('message.insertInMessage')} onClick={() => setTarget('message')} />
      </div>
      <PlaceholderDialog opened={target !== undefined} onClose={() => setTarget(undefined)} onInsert={insert} />
    </Stack>
  );
}

/** `label` says of which field, for whoever does not see where it stands; it begins with what is seen. */
function Insert({ label, onClick }: { label: string; onClick: () => void }) {
  const { t } = useTranslation('wizard');
  return (
    <Group mt={4}>
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<IconBraces size={16} aria-hidden />}
        aria-label={label}
        onClick={onClick}
      >
        {t('message.insert')}
      </Button>
    </Group>
  );
}
