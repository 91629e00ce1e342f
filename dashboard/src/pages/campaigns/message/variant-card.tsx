import { Button, Text } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { roomOf } from '../../../../../src/ai/messages/channel-lengths';
import type { Schema } from '../../../api/client';
import { ShareBar } from '../../../components/share-bar';
import { useFormat } from '../../../i18n/use-format';
import classes from './message.module.css';
import { render } from './template';

/** A suggested message as whoever nothing is known of reads it, how much of the channel's room it takes, and what is filled in. */
export function VariantCard(props: {
  number: number;
  channel: Schema<'CampaignView'>['channel'];
  variant: Schema<'MessageVariantView'>;
  isTaken: boolean;
  onUse: () => void;
}) {
  const { t } = useTranslation('ai');
  const format = useFormat();
  const { variant } = props;
  const number = format.number(props.number);
  const { title, message } = render({ title: variant.title ?? '', message: variant.message }, null);
  const room = roomOf[props.channel];
  const [took, most] =
    variant.sms_messages !== null && room.smsMessages !== undefined
      ? [variant.sms_messages, room.smsMessages]
      : [variant.characters, room.message];
  const counted = { formatted: format.number(took), most: format.number(most) };
  return (
    <li className={classes.variant} aria-label={t('variants.variant', { number })}>
      {title !== null && <div className={classes.subject}>{title}</div>}
      <div className={classes.text}>{message}</div>
      {variant.placeholders.length > 0 && (
        <Text size="xs" c="dimmed">
          {t('variants.fills', {
            fields: format.list(variant.placeholders.map((field) => field.replace(/^preferences\./, ''))),
          })}
        </Text>
      )}
      <div className={classes.variantFoot}>
        <div className={classes.length}>
          <Text size="xs" c="dimmed" className="numbers" mb={4}>
            {t(variant.sms_messages === null ? 'variants.length' : 'variants.sms', counted)}
            {title !== null &&
              ` · ${t('variants.titleLength', { formatted: format.number([...title].length), most: format.number(room.title) })}`}
          </Text>
          <ShareBar share={took / most} label={t('variants.meter', { number })} />
        </div>
        {/* one button, so that the focus stays */}
        <Button
          size="xs"
          variant={props.isTaken ? 'light' : 'default'}
          color={props.isTaken ? 'green' : undefined}
          leftSection={props.isTaken && <IconCheck size={14} aria-hidden />}
          aria-label={t(props.isTaken ? 'variants.isYoursOf' : 'variants.useOf', { number })}
          onClick={() => !props.isTaken && props.onUse()}
        >
          {t(props.isTaken ? 'variants.isYours' : 'variants.use')}
        </Button>
      </div>
    </li>
  );
}
