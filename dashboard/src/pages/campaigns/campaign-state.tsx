import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Whether a campaign can be sent. */
export function CampaignState({ isActive }: { isActive: boolean }) {
  const { t } = useTranslation('campaigns');
  return (
    <Badge color={isActive ? 'green' : 'gray'} variant="light" tt="none" miw="max-content">
      {isActive ? t('state.active') : t('state.inactive')}
    </Badge>
  );
}
