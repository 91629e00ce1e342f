import { Anchor, Badge, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Card, Halves } from '../../components/card';
import { useFormat } from '../../i18n/use-format';
import { type Campaign, useSegments } from './campaign-calls';
import { ScheduleCard } from './schedule/schedule-card';
import { MessagePreview } from './message/message-preview';
import { useRuleFacts } from './wizard/rule-facts';
import classes from './wizard/wizard.module.css';

/** What a campaign is: whom it goes to, by which rules, when, and what it says. */
export function CampaignFacts({ campaign, etag }: { campaign: Campaign; etag: string }) {
  const { t } = useTranslation(['campaigns', 'wizard', 'common']);
  const format = useFormat();
  const segments = useSegments();
  const ruleFacts = useRuleFacts();
  const links = (ids: string[]) =>
    ids.length === 0 ? (
      <Text size="sm">{t('common:none')}</Text>
    ) : (
      <Group gap={8}>
        {ids.map((id) => (
          <span key={id}>
            <Anchor component={Link} to={`/segments/${id}`} size="sm">
              {segments.byId.get(id)?.name ?? (segments.isPending ? '…' : id.slice(0, 8))}
            </Anchor>{' '}
            {segments.byId.get(id)?.is_active === false && (
              <Badge size="sm" color="orange" variant="light" tt="none">
                {t('common:status.inactive')}
              </Badge>
            )}
          </span>
        ))}
      </Group>
    );
  const active = campaign.segment_ids.filter((id) => segments.byId.get(id)?.is_active === true);
  return (
    <Halves>
      <Stack gap="md">
        <Card title={t('detail.audience')}>
          <dl className={classes.facts}>
            <dt>{t('audience.included')}</dt>
            <dd>{links(campaign.segment_ids)}</dd>
            <dt>{t('audience.excluded')}</dt>
            <dd>{links(campaign.excluded_segment_ids)}</dd>
            {ruleFacts(campaign).map(({ name, text }) => [<dt key={name}>{name}</dt>, <dd key={`${name} is`}>{text}</dd>])}
            <dt>{t('list.updated')}</dt>
            <dd>{format.dateTime(campaign.updated_at)}</dd>
          </dl>
        </Card>
        <ScheduleCard campaign={campaign} />
      </Stack>
      <Card title={t('wizard:step.message')} description={t(`common:channel.${campaign.channel}`)}>
        <MessagePreview
          channel={campaign.channel}
          text={{ title: campaign.title ?? '', message: campaign.message }}
          saved={{ id: campaign.id, version: etag }}
          included={active}
        />
      </Card>
    </Halves>
  );
}
