import { Button, Group, Select, Skeleton, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { IconArrowBackUp, IconSparkles } from '@tabler/icons-react';
import { lazy, Suspense, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CHANNELS } from '../../../api/values';
import { Card } from '../../../components/card';
import { MessageFields } from '../message/message-fields';
import { MessagePreview } from '../message/message-preview';
import type { MessageText } from '../message/template';
import type { StepProps } from './step-props';
import { useFaultText } from './fault-text';
import classes from './wizard.module.css';

const ModelPanel = lazy(async () => ({ default: (await import('../message/model-panel')).ModelPanel }));

/** What is said, and by what it goes, beside how a customer sees it. */
export function MessageStep({ draft, change, faults, isShown, saved, activeSegments }: StepProps) {
  const { t } = useTranslation(['wizard', 'common']);
  const fault = useFaultText(draft, faults, isShown);
  const [isAsking, setAsking] = useState(false);
  const [wasAsking, setWasAsking] = useState(false);
  const [replaced, setReplaced] = useState<MessageText>();
  const opener = useRef<HTMLButtonElement>(null);
  const panelId = useId();
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
            <Group gap="xs">
              <Button
                ref={opener}
                variant="light"
                leftSection={<IconSparkles size={16} aria-hidden />}
                aria-expanded={isAsking}
                aria-controls={panelId}
                onClick={() => {
                  setWasAsking(true);
                  setAsking(!isAsking);
                }}
              >
                {t('ai.open')}
              </Button>
              {replaced !== undefined && (
                <>
                  <Text size="sm" role="status">
                    {t('ai.used')}
                  </Text>
                  <Button
                    variant="subtle"
                    size="compact-sm"
                    ml={-8}
                    leftSection={<IconArrowBackUp size={16} aria-hidden />}
                    onClick={() => {
                      change(replaced);
                      setReplaced(undefined);
                      opener.current?.focus();
                    }}
                  >
                    {t('ai.undo')}
                  </Button>
                </>
              )}
            </Group>
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
        {/* what was typed, and suggested, stays while it is closed */}
        <div id={panelId} hidden={!isAsking}>
          {wasAsking && (
            <Card title={t('ai.title')} description={t('ai.lead')}>
              <Suspense fallback={<Skeleton height={220} />}>
                <ModelPanel
                  isOpen={isAsking}
                  channel={draft.channel}
                  purpose={draft.description}
                  segmentIds={activeSegments}
                  current={draft}
                  onUse={(text) => {
                    // the text of before all of them, however many are tried
                    setReplaced((before) => before ?? { title: draft.title, message: draft.message });
                    change(text);
                  }}
                />
              </Suspense>
            </Card>
          )}
        </div>
      </Stack>
      <div className={classes.sticky}>
        <Card title={t('preview.title')} description={saved ? t('preview.bySaved') : t('preview.byDraft')}>
          <MessagePreview channel={draft.channel} text={draft} saved={saved} included={activeSegments} />
        </Card>
      </div>
    </div>
  );
}
