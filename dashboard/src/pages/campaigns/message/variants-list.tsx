import { List, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../../api/client';
import { Disclosure } from '../../../components/disclosure';
import { Suggested } from '../../../components/suggested';
import { useFormat } from '../../../i18n/use-format';
import classes from './message.module.css';
import type { MessageText } from './template';
import { VariantCard } from './variant-card';

/** The messages to choose from, what was left out, and what the model was told to write them. */
export function VariantsList(props: {
  /** What they were written for. */
  channel: Schema<'CampaignView'>['channel'];
  drafts: Schema<'MessageDraftsView'>;
  current: MessageText;
  onUse: (text: MessageText) => void;
}) {
  const { t } = useTranslation(['ai', 'common']);
  const format = useFormat();
  const { variants, refused, audience } = props.drafts;
  const textOf = ({ title, message }: Schema<'MessageVariantView'>): MessageText => ({
    // a channel without a title leaves the one there is alone
    title: title ?? props.current.title,
    message,
  });
  return (
    <Suggested title={t('variants.suggested')} said={t('variants.by', { channel: t(`common:channel.${props.channel}`) })}>
      <ol className={classes.variants}>
        {variants.map((variant, i) => {
          const text = textOf(variant);
          return (
            <VariantCard
              key={i}
              number={i + 1}
              channel={props.channel}
              variant={variant}
              isTaken={text.message === props.current.message && text.title === props.current.title}
              onUse={() => props.onUse(text)}
            />
          );
        })}
      </ol>
      {refused.length > 0 && (
        <div>
          <Text size="sm">{t('variants.refused', { count: refused.length, formatted: format.number(refused.length) })}</Text>
          <Disclosure label={t('variants.why')} size="xs">
            <List size="xs" mt={4}>
              {refused.map(({ reason }, i) => (
                <List.Item key={i}>{reason}</List.Item>
              ))}
            </List>
          </Disclosure>
        </div>
      )}
      <Disclosure label={t('variants.told')} size="xs">
        <Told audience={audience} />
      </Disclosure>
    </Suggested>
  );
}

/** The figures that a model had of the audience. */
function Told({ audience }: { audience: Schema<'AudienceFactsView'> }) {
  const { t } = useTranslation('ai');
  const format = useFormat();
  const { customers, stores, preferences } = audience;
  if (customers === null)
    return (
      <Text size="xs" mt={4}>
        {t('variants.toldFew')}
      </Text>
    );
  const percent = (of: number) => format.percent(of / 100, 0);
  return (
    <List size="xs" mt={4} className={classes.words}>
      <List.Item>{t('variants.toldCustomers', { formatted: format.number(customers) })}</List.Item>
      {stores.map(({ name, percent: of }) => (
        <List.Item key={name}>{t('variants.toldStore', { percent: percent(of), name })}</List.Item>
      ))}
      {preferences.map(({ field, value, percent: of }) => (
        <List.Item key={`${field} ${value}`}>
          {t('variants.toldPreference', { percent: percent(of), field, value })}
        </List.Item>
      ))}
    </List>
  );
}
