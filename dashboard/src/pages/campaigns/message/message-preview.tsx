import { Skeleton, Stack, Text } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../../api/client';
import { ProblemAlert } from '../../../components/problem-alert';
import { useFormat } from '../../../i18n/use-format';
import { audienceRule } from '../audience/audience-rule';
import { useCounted } from '../audience/union-count';
import { CustomerSelect } from './customer-select';
import { LengthNotes } from './length-notes';
import { MessageFrame } from './message-frame';
import { hasTitle, type MessageText } from './template';
import { useRendered } from './use-rendered';

const SAMPLE = 8;
const NOBODY = 'nobody';
const shortName = (field: string) => field.replace(/^preferences\./, '');

/** The message as one customer reads it, of the audience or any other, and how long it is. */
export function MessagePreview(props: {
  channel: Schema<'CampaignView'>['channel'];
  text: MessageText;
  /** The campaign whose saved message this is; undefined where it differs, or there is none. */
  saved: { id: string; version: string } | undefined;
  /** Active segments of the audience. */
  included: readonly string[];
}) {
  const { t } = useTranslation('wizard');
  const format = useFormat();
  const [chosen, setChosen] = useState<string>(NOBODY);
  const [label, setLabel] = useState<string>();
  const sample = useCounted(audienceRule(props.included, []) ?? {}, SAMPLE).data?.sample ?? [];
  const text = hasTitle(props.channel) ? props.text : { ...props.text, title: '' };
  const rendered = useRendered(text, chosen === NOBODY ? null : chosen, props.saved);
  return (
    <Stack gap="md">
      <CustomerSelect
        label={t('preview.as')}
        description={t('preview.asHint')}
        value={chosen}
        offered={[
          { value: NOBODY, label: t('preview.nobody') },
          ...sample.map(({ user_id, email }) => ({ value: user_id, label: email || user_id.slice(0, 8) })),
        ]}
        onChange={(id, name) => {
          setChosen(id ?? NOBODY);
          setLabel(id && id !== NOBODY ? name : undefined);
        }}
        leftSection={<IconEye size={16} aria-hidden />}
      />
      {rendered.error && <ProblemAlert error={rendered.error} />}
      <Skeleton visible={!rendered.isSettled && !rendered.error}>
        <MessageFrame channel={props.channel} text={rendered.text} to={label} />
      </Skeleton>
      {rendered.text.missing.length > 0 && (
        <Text size="sm" c="dimmed">
          {t('preview.missing', {
            count: rendered.text.missing.length,
            fields: format.list(rendered.text.missing.map(shortName)),
          })}
        </Text>
      )}
      <LengthNotes channel={props.channel} text={rendered.text} />
    </Stack>
  );
}
