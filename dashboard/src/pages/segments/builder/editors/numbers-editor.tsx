import { Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../../i18n/use-format';
import type { EditorProps } from './editor';
import { NumberEditor } from './number-editor';

/** As many numbers as the schema asks for, side by side. */
export function NumbersEditor({ filter, schema, label, value, onChange, error }: EditorProps) {
  const { t } = useTranslation('rules');
  const format = useFormat();
  const numbers = Array.isArray(value) ? (value as (number | null)[]) : [];
  const places = Array.from({ length: Math.max(numbers.length, schema.minItems ?? 1) }, (_, i) => numbers[i] ?? null);
  return (
    <Stack gap={4}>
      <Group gap="xs">
        {places.map((number, i) => (
          <div key={i} style={{ width: '6.5rem' }}>
            <NumberEditor
              filter={`${filter}[]`}
              schema={schema.items ?? {}}
              label={`${label}: ${t('value.part', { formatted: format.number(i + 1) })}`}
              value={number}
              onChange={(next) => onChange(places.map((old, j) => (j === i ? next : old)))}
            />
          </div>
        ))}
      </Group>
      {error && (
        <Text size="xs" c="var(--mantine-color-error)">
          {error}
        </Text>
      )}
    </Stack>
  );
}
