import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';

const COLORS = {
  resolving: 'blue',
  writing: 'blue',
  delivering: 'blue',
  dispatched: 'green',
  paused: 'orange',
  cancelled: 'gray',
  failed: 'red',
  previewed: 'grape',
  queued: 'blue',
  sent: 'green',
  active: 'green',
  inactive: 'gray',
} as const;

/** The state of a dispatch, a notification, a segment or a campaign, in the one colour it has everywhere. */
export function StatusBadge({ status }: { status: keyof typeof COLORS }) {
  const { t } = useTranslation();
  return (
    <Badge color={COLORS[status]} variant="light" tt="none" miw="max-content">
      {t(`status.${status}`)}
    </Badge>
  );
}
