import { Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Schema } from '../../api/client';
import { pageOf } from './targets';

const SHORT = 8;

/** What an entry is about, and the way to it. */
export function TargetLink({ entry }: { entry: Schema<'AuditEntryView'> }) {
  const { t } = useTranslation('audit');
  const { target_type, target_id } = entry;
  if (!target_type) return '–';
  const page = pageOf(entry);
  const text = target_id
    ? `${t(`targets.${target_type}`)} ${target_id.slice(0, SHORT)}`
    : t('targets.several', { type: t(`targets.${target_type}`) });
  if (!page) return <Text size="sm">{text}</Text>;
  return (
    <Anchor component={Link} to={page} size="sm" title={target_id ?? undefined}>
      {text}
    </Anchor>
  );
}
