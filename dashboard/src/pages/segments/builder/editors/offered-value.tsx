import { Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../../i18n/use-format';

/** A value to choose, with how often there is one. */
export function OfferedValue(props: { text: string; customers?: number | null; purchases?: number | null }) {
  const { t } = useTranslation('rules');
  const format = useFormat();
  const [key, count] =
    typeof props.customers === 'number'
      ? (['value.perCustomers', props.customers] as const)
      : (['value.perPurchases', props.purchases] as const);
  return (
    <Group justify="space-between" wrap="nowrap" gap="md" flex={1}>
      <Text size="sm">{props.text}</Text>
      {typeof count === 'number' && (
        <Text size="xs" c="dimmed" className="numbers" style={{ whiteSpace: 'nowrap' }}>
          {t(key, { count, formatted: format.number(count) })}
        </Text>
      )}
    </Group>
  );
}
