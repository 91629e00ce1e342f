import { Badge, Group, Skeleton, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
import { Facts } from '../../components/facts';
import { preferencesOf, type PreferenceValue, readable } from './preferences';

/** What a customer likes, as the shop keeps it. */
export function PreferencesCard({ customer }: { customer: Schema<'CustomerProfileView'> | undefined }) {
  const { t } = useTranslation('customers');
  const preferences = preferencesOf(customer?.preferences);
  return (
    <Card title={t('preferences.title')}>
      {!customer && <Skeleton height={150} />}
      {customer && preferences.length === 0 && (
        <Text c="dimmed" size="sm">
          {t('preferences.none')}
        </Text>
      )}
      {preferences.length > 0 && (
        <Facts
          facts={preferences.map(({ path, value }) => ({
            name: path.map(readable).join(' › '),
            value: <Value value={value} />,
          }))}
        />
      )}
    </Card>
  );
}

function Value({ value }: { value: PreferenceValue }) {
  const { t } = useTranslation('customers');
  if (value.kind === 'yes-no') return t(value.is ? 'preferences.yes' : 'preferences.no');
  if (value.kind === 'text') return value.text;
  return (
    <Group gap={6}>
      {value.items.map((item, i) => (
        <Badge key={`${i} ${item}`} variant="light" color="gray" tt="none" fw={500}>
          {item}
        </Badge>
      ))}
    </Group>
  );
}
