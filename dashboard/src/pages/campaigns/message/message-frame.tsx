import { Text } from '@mantine/core';
import { IconBell, IconUser } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../../api/client';
import type { RenderedText } from './template';
import classes from './message.module.css';

type Channel = Schema<'CampaignView'>['channel'];

/** A message about as it is met, in a mail or on a telephone: as text, never as HTML, with its spaces and line breaks. */
export function MessageFrame({
  channel,
  text,
  to,
}: {
  channel: Channel;
  text: Pick<RenderedText, 'title' | 'message'>;
  to?: string;
}) {
  const { t } = useTranslation(['wizard', 'common']);
  if (channel === 'email')
    return (
      <div className={classes.mail}>
        <div className={classes.mailHead}>
          <span className={classes.avatar}>
            <IconUser size={18} aria-hidden />
          </span>
          <div className={classes.grow}>
            <div className={classes.subject}>{text.title ?? t('preview.noSubject')}</div>
            <Text size="xs" c="dimmed">
              {t('preview.to', { to: to ?? t('preview.aCustomer') })}
            </Text>
          </div>
        </div>
        <div className={classes.body}>{text.message || t('preview.empty')}</div>
      </div>
    );
  if (channel === 'webhook')
    return (
      <div className={classes.mail}>
        {text.title && <div className={classes.subject}>{text.title}</div>}
        <div className={classes.body}>{text.message || t('preview.empty')}</div>
      </div>
    );
  return (
    <div className={classes.phone}>
      <div className={classes.screen}>
        {channel === 'sms' ? (
          <div className={classes.bubble}>{text.message || t('preview.empty')}</div>
        ) : (
          <div className={classes.push}>
            <div className={classes.pushHead}>
              <IconBell size={14} aria-hidden />
              {t(`common:channel.${channel}`)}
              <span className={classes.now}>{t('preview.now')}</span>
            </div>
            {text.title && <div className={classes.subject}>{text.title}</div>}
            <div className={classes.pushBody}>{text.message || t('preview.empty')}</div>
          </div>
        )}
      </div>
    </div>
  );
}
