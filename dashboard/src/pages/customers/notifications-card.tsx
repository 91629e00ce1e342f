import { Anchor, Badge, Text } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
import { EmptyState } from '../../components/empty-state';
import type { Column } from '../../components/data-table';
import { KeysetTable } from '../../components/keyset-table';
import { StatusBadge } from '../../components/status-badge';
import { When } from '../../components/time';
import { useCustomerNotifications } from './queries';

/** What a customer was sent, and is to be sent. */
export function NotificationsCard({ id }: { id: string }) {
  const { t } = useTranslation('customers');
  const { t: common } = useTranslation();
  const notifications = useCustomerNotifications(id);
  const columns: Column<Schema<'NotificationView'>>[] = [
    {
      key: 'message',
      label: t('notifications.message'),
      render: ({ id: notificationId, title, message, is_test }) => (
        <>
          <Anchor
            component={Link}
            to={`/notifications/${encodeURIComponent(notificationId)}`}
            size="sm"
            fw={600}
            lineClamp={1}
            maw="24rem"
          >
            {title ?? message}
          </Anchor>
          {is_test && (
            <Badge variant="light" color="grape" size="sm" tt="none">
              {t('notifications.test')}
            </Badge>
          )}
        </>
      ),
    },
    { key: 'channel', label: t('notifications.channel'), render: ({ channel }) => common(`channel.${channel}`) },
    {
      key: 'status',
      label: t('status'),
      render: ({ status, error }) => (
        <>
          <StatusBadge status={status} />
          {error && (
            <Text size="xs" c="dimmed" lineClamp={2} maw="16rem">
              {error}
            </Text>
          )}
        </>
      ),
    },
    { key: 'at', label: t('notifications.at'), render: ({ updated_at }) => <When at={updated_at} /> },
  ];
  return (
    <Card title={t('notifications.title')}>
      <KeysetTable
        label={t('notifications.title')}
        list={notifications}
        columns={columns}
        rowKey={(notification) => notification.id}
        empty={<EmptyState icon={IconBell} title={t('notifications.none')} />}
      />
    </Card>
  );
}
