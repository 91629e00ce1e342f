import { Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../../i18n/use-format';
import type { EditorProps } from './editor';

/** From one of few whole numbers to another. */
export function RangeEditor({ schema, label, value, onChange, error }: EditorProps) {
  const { t } = useTranslation('rules');
  const format = useFormat();
  const { minimum = 0, maximum = 0 } = schema.items ?? {};
  const [from, to] = Array.isArray(value) ? (value as number[]) : [minimum, maximum];
  const numbers = Array.from({ length: maximum - minimum + 1 }, (_, i) => minimum + i);
  const options = numbers.map((n) => ({ value: String(n), label: format.number(n) }));
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Text size="sm">{t('value.from')}</Text>
        <NativeSelect
          aria-label={`${label}: ${t('value.from')}`}
          data={options}
          value={String(from)}
          onChange={(event) =>
            onChange([Number(event.currentTarget.value), Math.max(Number(event.currentTarget.value), to)])
          }
        />
        <Text size="sm">{t('value.to')}</Text>
        <NativeSelect
          aria-label={`${label}: ${t('value.to')}`}
          data={options}
          value={String(to)}
          onChange={(event) =>
            onChange([Math.min(from, Number(event.currentTarget.value)), Number(event.currentTarget.value)])
          }
        />
      </Group>
      {error && (
        <Text size="xs" c="var(--mantine-color-error)">
          {error}
        </Text>
      )}
    </Stack>
  );
}
