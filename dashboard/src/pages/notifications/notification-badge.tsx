import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';

type Notification = Schema<'NotificationView'>;

const COLORS = {
  queued: 'blue',
  leased: 'indigo',
  retrying: 'orange',
  sent: 'green',
  failed: 'red',
  cancelled: 'gray',
} as const;

/** What `queued` hides: that a sender has it, or that it failed and waits. */
export const stateOf = ({ status, leased_until, retry_at }: Pick<Notification, 'status' | 'leased_until' | 'retry_at'>) => {
  if (status !== 'queued') return status;
  if (leased_until) return 'leased';
  return retry_at ? 'retrying' : 'queued';
};

/** The state of a notification. */
export function NotificationBadge({ notification }: { notification: Notification }) {
  const { t } = useTranslation('notifications');
  const state = stateOf(notification);
  return (
    <Badge color={COLORS[state]} variant="light" tt="none">
      {t(`status.${state}`)}
    </Badge>
  );
}
