import { Button, Group, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { IconArrowBackUp, IconSparkles } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CHANNELS } from '../../../api/values';
import { Card } from '../../../components/card';
import { AiDraftPanel } from '../message/ai-draft-panel';
import { MessageFields } from '../message/message-fields';
import { MessagePreview } from '../message/message-preview';
import type { StepProps } from './step-props';
import { useFaultText } from './fault-text';
import classes from './wizard.module.css';

/** What is said, and by what it goes, beside how a customer sees it. */
export function MessageStep({ draft, change, faults, isShown, saved, activeSegments }: StepProps) {
  const { t } = useTranslation(['wizard', 'common']);
  const fault = useFaultText(draft, faults, isShown);
  const [isDrafting, setDrafting] = useState(false);
  const [replaced, setReplaced] = useState<string>();
  return (
    <div className={classes.beside}>
      <Stack gap="md">
        <Card title={t('step.message')}>
          <Stack gap="md">
            <TextInput
              label={t('message.name')}
              description={t('message.nameHint')}
              value={draft.name}
              onChange={(event) => change({ name: event.currentTarget.value })}
              error={fault('name-missing', 'name-long')}
              autoComplete="off"
              required
            />
            <Select
              label={t('message.channel')}
              data={CHANNELS.map((channel) => ({ value: channel, label: t(`common:channel.${channel}`) }))}
              value={draft.channel}
              onChange={(value) => change({ channel: CHANNELS.find((channel) => channel === value) ?? draft.channel })}
              allowDeselect={false}
              maw="16rem"
            />
            <MessageFields
              channel={draft.channel}
              text={draft}
              errors={{
                title: fault('title-long', 'title-template'),
                message: fault('message-missing', 'message-long', 'message-template'),
              }}
              onChange={(text) => {
                setReplaced(undefined);
                change(text);
              }}
            />
            {(!isDrafting || replaced !== undefined) && (
              <Group gap="xs">
                {!isDrafting && (
                  <Button
                    variant="light"
                    leftSection={<IconSparkles size={16} aria-hidden />}
                    onClick={() => setDrafting(true)}
                  >
                    {t('ai.open')}
                  </Button>
                )}
                {replaced !== undefined && (
                  <>
                    <Text size="sm" role="status">
                      {t('ai.used')}
                    </Text>
                    <Button
                      variant="subtle"
                      size="compact-sm"
                      leftSection={<IconArrowBackUp size={16} aria-hidden />}
                      onClick={() => {
                        change({ message: replaced });
                        setReplaced(undefined);
                      }}
                    >
                      {t('ai.undo')}
                    </Button>
                  </>
                )}
              </Group>
            )}
            <Textarea
              label={t('message.description')}
              description={t('message.descriptionHint')}
              value={draft.description}
              onChange={(event) => change({ description: event.currentTarget.value })}
              maxLength={2000}
              rows={2}
            />
          </Stack>
        </Card>
        {isDrafting && (
          <Card title={t('ai.title')} description={t('ai.lead')}>
            <AiDraftPanel
              name={draft.name}
              channel={draft.channel}
              onUse={(text) => {
                setReplaced(draft.message);
                change({ message: text });
                setDrafting(false);
              }}
              onClose={() => setDrafting(false)}
            />
          </Card>
        )}
      </Stack>
      <div className={classes.sticky}>
        <Card title={t('preview.title')} description={saved ? t('preview.bySaved') : t('preview.byDraft')}>
          <MessagePreview channel={draft.channel} text={draft} saved={saved} included={activeSegments} />
        </Card>
      </div>
    </div>
  );
}
