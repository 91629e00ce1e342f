import { Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconRuler2 } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../../api/client';
import { useFormat } from '../../../i18n/use-format';
import { hasTitle, type RenderedText } from './template';
import { lengthHints } from './length';
import classes from './message.module.css';

/** How long the message is for its channel, as the customer who is looked at gets it, in plain words. */
export function LengthNotes({ channel, text }: { channel: Schema<'CampaignView'>['channel']; text: RenderedText }) {
  const { t } = useTranslation('wizard');
  const format = useFormat();
  const { title, message, sms, isTooLargeForPush } = lengthHints(channel, text);
  const count = (characters: number) => ({ count: characters, formatted: format.number(characters) });
  return (
    <Stack gap={4}>
      {sms ? (
        <Note isWarning={sms.messages > 1}>
          {t('length.sms', { count: sms.messages, formatted: format.number(sms.messages) })}{' '}
          {t('length.smsLeft', { places: format.number(sms.places), left: format.number(sms.left) })}
        </Note>
      ) : (
        <Note>{t('length.message', count(message.characters))}</Note>
      )}
      {sms && sms.odd.length > 0 && (
        <Note isWarning>
          {t('length.unicode', { characters: format.list(sms.odd.map((character) => t('quoted', { text: character }))) })}
        </Note>
      )}
      {message.seen !== undefined && message.characters > message.seen && (
        <Note isWarning>{t('length.messageSeen', { seen: format.number(message.seen) })}</Note>
      )}
      {hasTitle(channel) && title.seen !== undefined && title.characters > title.seen && (
        <Note isWarning>{t('length.titleSeen', { ...count(title.characters), seen: format.number(title.seen) })}</Note>
      )}
      {isTooLargeForPush && <Note isWarning>{t('length.tooLargeForPush')}</Note>}
    </Stack>
  );
}

const Note = ({ isWarning = false, children }: { isWarning?: boolean; children: ReactNode }) => (
  <div className={classes.note}>
    {isWarning ? <IconAlertTriangle size={16} aria-hidden /> : <IconRuler2 size={16} aria-hidden />}
    <Text size="sm" c={isWarning ? undefined : 'dimmed'} component="div">
      {children}
    </Text>
  </div>
);
