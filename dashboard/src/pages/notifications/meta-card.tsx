import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Card } from '../../components/card';
import { Facts } from '../../components/facts';
import { linesOf } from './meta';

/** What senders reported with it, such as the provider's own number. */
export function MetaCard({ meta }: { meta: Record<string, unknown> }) {
  const { t } = useTranslation('notifications');
  const lines = linesOf(meta);
  return (
    <Card title={t('meta.title')} description={t('meta.lead')}>
      {lines.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('meta.none')}
        </Text>
      ) : (
        <Facts facts={lines.map(({ key, value }) => ({ name: key, value }))} />
      )}
    </Card>
  );
}
