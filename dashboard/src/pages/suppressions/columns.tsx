import { ActionIcon, Badge, Text, VisuallyHidden } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { CustomerLink } from '../../components/customer-link';
import type { Column } from '../../components/data-table';
import { Ago, When } from '../../components/time';

type Suppression = Schema<'SuppressionView'>;

/** What is to be read of a suppression, and the way to lift it. */
export function useColumns(onLift: (suppression: Suppression) => void): Column<Suppression>[] {
  const { t } = useTranslation(['suppressions', 'common']);
  return [
    { key: 'customer', label: t('list.customer'), render: ({ user_id }) => <CustomerLink id={user_id} /> },
    {
      key: 'channel',
      label: t('list.channel'),
      render: ({ channel }) => (channel ? t(`common:channel.${channel}`) : t('allChannels')),
    },
    {
      key: 'reason',
      label: t('list.reason'),
      render: ({ reason, source }) => (
        <>
          {t(`reason.${reason}`)}
          {source && (
            <Text size="xs" c="dimmed" truncate maw="16rem" title={source}>
              {source}
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'in_force',
      label: t('list.inForce'),
      render: ({ in_force, expires_at }) => (
        <>
          <Badge color={in_force ? 'red' : 'gray'} variant="light" tt="none">
            {t(`inForce.${in_force}`)}
          </Badge>
          {expires_at && (
            <Text size="xs" c="dimmed" mt={2}>
              {t(in_force ? 'list.until' : 'list.endedOn')} <When at={expires_at} />
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'created',
      label: t('list.created'),
      render: ({ created_at, created_by }) => (
        <>
          <Ago at={created_at} />
          <Text size="xs" c="dimmed" truncate maw="12rem" title={created_by}>
            {created_by}
          </Text>
        </>
      ),
    },
    {
      key: 'lift',
      label: <VisuallyHidden>{t('list.action')}</VisuallyHidden>,
      isNumber: true,
      // that of a customer who was erased is not lifted
      render: (suppression) =>
        suppression.reason !== 'erased' && (
          <ActionIcon
            variant="subtle"
            color="red"
            aria-label={t('lift.one', { customer: suppression.user_id.slice(0, 8) })}
            title={t('lift.open')}
            onClick={() => onLift(suppression)}
          >
            <IconTrash size={18} aria-hidden />
          </ActionIcon>
        ),
    },
  ];
}
