import { MultiSelect, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { EditorProps } from './editor';

const nameOf = (option: unknown): string => (typeof option === 'string' ? option : JSON.stringify(option));
const toOptions = (options: readonly unknown[]) => [...new Set(options.map(nameOf))];
const fromName = (options: readonly unknown[], name: string): unknown => options.find((option) => nameOf(option) === name);

/** One of a few values. */
export function ChoiceEditor({ schema, label, value, onChange, error }: EditorProps) {
  const { t } = useTranslation('rules');
  const options = schema.enum ?? [];
  return (
    <Select
      aria-label={label}
      placeholder={t('value.choose')}
      maw="20rem"
      data={toOptions(options)}
      value={value === null || value === undefined ? null : nameOf(value)}
      onChange={(name) => onChange(name === null ? null : fromName(options, name))}
      error={error}
    />
  );
}

/** Some of a few values. */
export function ChoicesEditor({ schema, label, value, onChange, error }: EditorProps) {
  const { t } = useTranslation('rules');
  const options = schema.items?.enum ?? [];
  const chosen = Array.isArray(value) ? (value as unknown[]) : [];
  return (
    <MultiSelect
      aria-label={label}
      placeholder={chosen.length === 0 ? t('value.choose') : undefined}
      data={toOptions([...options, ...chosen])}
      value={chosen.map(nameOf)}
      onChange={(names) =>
        onChange(names.length === 0 ? null : names.map((name) => fromName([...options, ...chosen], name)))
      }
      error={error}
    />
  );
}
