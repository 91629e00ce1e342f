import { Anchor, Skeleton, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconExclamationCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Schema } from '../../api/client';
import { CHANNELS } from '../../api/values';
import { Card } from '../../components/card';
import { ProblemAlert } from '../../components/problem-alert';
import { useFormat } from '../../i18n/use-format';
import { pageOf } from './attention';
import classes from './overview.module.css';
import { useAttention } from './queries';

/** What a person should look at, and where it is mended; that all is well where it is. */
export function AttentionCard() {
  const { t } = useTranslation('overview');
  const attention = useAttention();
  const found = attention.data;
  return (
    <Card title={t('attention.title')}>
      {attention.isPending && (
        <Stack gap="md" mih="12rem">
          <Skeleton height={36} />
          <Skeleton height={36} />
          <Skeleton height={36} />
        </Stack>
      )}
      {attention.error && !found && <ProblemAlert error={attention.error} onRetry={() => void attention.refetch()} />}
      {/* it comes and goes by itself, which is to be heard too */}
      <div role="status">
        {found?.length === 0 && (
          <div className={classes.calm}>
            <ThemeIcon color="teal" variant="light" size={48} radius="xl">
              <IconCircleCheck size={26} stroke={1.7} aria-hidden />
            </ThemeIcon>
            <Text fw={600}>{t('attention.calm')}</Text>
            <Text c="dimmed" size="sm">
              {t('attention.calmText')}
            </Text>
          </div>
        )}
        {found && found.length > 0 && (
          <ul className={classes.attention} tabIndex={0} aria-label={t('attention.title')}>
            {found.map((item) => (
              <AttentionItem key={`${item.kind} ${item.subject_id} ${item.subject}`} item={item} />
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}

/** What the service says in its own words is shown where ours cannot say it: why a rule cannot be read, why a dispatch failed. */
const SAYS_WHY = ['dispatch-failed', 'segment-unreadable', 'webhook-disabled'];

function AttentionItem({ item }: { item: Schema<'AttentionView'> }) {
  const { t } = useTranslation('overview');
  const { t: common } = useTranslation();
  const format = useFormat();
  const page = pageOf(item);
  const isError = item.level === 'error';
  const Icon = isError ? IconExclamationCircle : IconAlertTriangle;
  const channel = item.kind === 'queue-stalled' && CHANNELS.find((name) => name === item.subject);
  const subject = channel ? common(`channel.${channel}`) : item.subject;
  return (
    <li>
      <ThemeIcon color={isError ? 'red' : 'orange'} variant="light" size={32} radius="xl">
        <Icon size={18} aria-label={t(`attention.level.${item.level}`)} role="img" />
      </ThemeIcon>
      <Stack gap={2} miw={0} flex={1}>
        <Text size="sm" fw={600}>
          {t(`attention.kind.${item.kind}.title`, { count: item.count, formatted: format.number(item.count) })}
        </Text>
        {subject && (
          <Text size="sm" truncate title={subject}>
            {subject}
          </Text>
        )}
        <Text size="xs" c="dimmed" lang={SAYS_WHY.includes(item.kind) ? 'en' : undefined}>
          {SAYS_WHY.includes(item.kind) ? item.detail : t(`attention.kind.${item.kind}.text`)}
        </Text>
        {page && (
          <Anchor component={Link} to={page} size="sm" mt={2}>
            {t(`attention.kind.${item.kind}.link`)}
          </Anchor>
        )}
      </Stack>
    </li>
  );
}
