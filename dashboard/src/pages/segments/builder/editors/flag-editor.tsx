import { SegmentedControl, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { EditorProps } from './editor';

/** Yes or no. */
export function FlagEditor({ filter, label, value, onChange, error }: EditorProps) {
  const { t } = useTranslation('rules');
  const isStore = filter === 'is_market_store';
  return (
    <Stack gap={4} align="flex-start">
      <SegmentedControl
        aria-label={label}
        value={value === true ? 'true' : 'false'}
        onChange={(chosen) => onChange(chosen === 'true')}
        data={[
          { value: 'true', label: t(isStore ? 'value.marketStores' : 'value.yes') },
          { value: 'false', label: t(isStore ? 'value.otherStores' : 'value.no') },
        ]}
      />
      {error && (
        <Text size="xs" c="var(--mantine-color-error)">
          {error}
        </Text>
      )}
    </Stack>
  );
}
