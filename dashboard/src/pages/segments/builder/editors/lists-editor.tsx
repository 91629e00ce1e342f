import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../../i18n/use-format';
import type { EditorProps } from './editor';
import { PairsEditor } from './pairs-editor';

type Json = Readonly<Record<string, unknown>>;

/** Several objects at once, such as the products of a purchase; or a single one, where it was written so. */
export function ListsEditor(props: EditorProps) {
  const { label, value, onChange, error } = props;
  const { t } = useTranslation('rules');
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const isSingle = value !== null && typeof value === 'object' && !Array.isArray(value);
  const items: (Json | null)[] = isSingle ? [value as Json] : Array.isArray(value) ? (value as Json[]) : [];
  const shown = open || items.length === 0 ? [...items, null] : items;
  function change(i: number, next: unknown): void {
    setOpen(false);
    if (isSingle && i === 0) return onChange(next);
    const left = shown.map((old, j) => (j === i ? (next as Json | null) : old)).filter((item) => item !== null);
    onChange(left.length > 0 ? left : null);
  }
  return (
    <Stack gap="sm">
      {shown.map((item, i) => {
        const name = t('value.product', { formatted: format.number(i + 1) });
        return (
          <div key={i} role="group" aria-label={`${label}: ${name}`}>
            {shown.length > 1 && (
              <Text size="xs" fw={500} mb={4}>
                {name}
              </Text>
            )}
            <PairsEditor {...props} hasValues={false} value={item} onChange={(next) => change(i, next)} error={undefined} />
          </div>
        );
      })}
      {items.length > 0 && !open && !isSingle && (
        <Group>
          <Button variant="subtle" size="compact-sm" onClick={() => setOpen(true)}>
            {t('value.addProduct')}
          </Button>
        </Group>
      )}
      {error && (
        <Text size="xs" c="var(--mantine-color-error)">
          {error}
        </Text>
      )}
    </Stack>
  );
}
