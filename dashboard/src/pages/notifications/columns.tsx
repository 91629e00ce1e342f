import { Anchor, Badge, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Schema } from '../../api/client';
import { CustomerLink } from '../../components/customer-link';
import type { Column } from '../../components/data-table';
import { Ago } from '../../components/time';
import { useFormat } from '../../i18n/use-format';
import { NotificationBadge } from './notification-badge';
import classes from './notifications.module.css';

type Notification = Schema<'NotificationView'>;

/** What is to be read of a notification in a list. */
export function useColumns(campaignName: (id: string) => string): Column<Notification>[] {
  const { t } = useTranslation(['notifications', 'common']);
  const format = useFormat();
  return [
    {
      key: 'message',
      label: t('list.message'),
      render: ({ id, title, message, is_test }) => (
        <div className={classes.excerpt}>
          <Group gap={6} wrap="nowrap">
            <Anchor component={Link} to={`/notifications/${encodeURIComponent(id)}`} size="sm" fw={550} truncate>
              {title ?? message}
            </Anchor>
            {is_test && (
              <Badge size="sm" color="grape" variant="light" tt="none" className={classes.fixed}>
                {t('common:kind.test')}
              </Badge>
            )}
          </Group>
          {title && (
            <Text size="xs" c="dimmed" truncate>
              {message}
            </Text>
          )}
        </div>
      ),
    },
    { key: 'customer', label: t('list.customer'), render: ({ user_id }) => <CustomerLink id={user_id} /> },
    {
      key: 'campaign',
      label: t('list.campaign'),
      render: ({ campaign_id, dispatch_id, channel }) => (
        <div className={classes.campaign}>
          <Text size="sm" truncate title={campaignName(campaign_id)}>
            {campaignName(campaign_id)}
          </Text>
          <Text size="xs" c="dimmed">
            <Anchor component={Link} to={`/dispatches/${dispatch_id}`} inherit underline="always">
              {t('dispatch', { id: dispatch_id })}
            </Anchor>{' '}
            · {t(`common:channel.${channel}`)}
          </Text>
        </div>
      ),
    },
    {
      key: 'status',
      label: t('list.status'),
      render: (row) => (
        <div className={classes.status}>
          <NotificationBadge notification={row} />
          {row.error && (
            <Text size="xs" c="dimmed" truncate title={row.error} mt={2}>
              {row.error === 'suppressed' ? t('withheld') : row.error}
            </Text>
          )}
          {row.attempts > 1 && (
            <Text size="xs" c="dimmed">
              {t('list.attempts', { count: row.attempts, formatted: format.number(row.attempts) })}
            </Text>
          )}
        </div>
      ),
    },
    {
      key: 'updated',
      label: t('list.updated'),
      render: ({ updated_at }) => (
        <span className={classes.ago}>
          <Ago at={updated_at} />
        </span>
      ),
    },
  ];
}
