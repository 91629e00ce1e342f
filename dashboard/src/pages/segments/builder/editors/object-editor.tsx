import { Checkbox, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { spokenKey } from '../../rules/known-filters';
import { initialOf, type ValueSchema } from '../../rules/value-schema';
import type { EditorProps } from './editor';
import { ValueEditor } from './value-editor';

type Json = Readonly<Record<string, unknown>>;

const RFM = ['window_days', 'recency', 'frequency', 'monetary', 'cut_points', 'recency_days'] as const;

/** An object whose keys are known: an editor for each, and a box to tick for what may be left out. */
export function ObjectEditor({ filter, schema, value, onChange, error }: EditorProps) {
  const { t } = useTranslation('rules');
  const given = (value ?? {}) as Json;
  const nameOf = (key: string, within: ValueSchema): string => {
    if (filter.startsWith('rfm.cut_points') && (key === 'frequency' || key === 'monetary')) return t(`rfm.${key}Cuts`);
    const known = filter.startsWith('rfm') ? RFM.find((name) => name === key) : undefined;
    return known ? t(`rfm.${known}`) : (within.description ?? spokenKey(key));
  };
  return (
    <Stack gap="xs">
      {Object.entries(schema.properties ?? {}).map(([key, within]) => {
        const name = nameOf(key, within);
        const isGiven = given[key] !== undefined;
        const isRequired = schema.required?.includes(key) ?? false;
        return (
          <Stack key={key} gap={4}>
            {isRequired ? (
              <Text size="sm">{name}</Text>
            ) : (
              <Checkbox
                size="sm"
                label={name}
                checked={isGiven}
                onChange={(event) => {
                  const others = Object.entries(given).filter(([other]) => other !== key);
                  onChange(Object.fromEntries(event.currentTarget.checked ? [...others, [key, initialOf(within)]] : others));
                }}
              />
            )}
            {(isRequired || isGiven) && (
              <div style={isRequired ? undefined : { paddingLeft: '1.75rem' }}>
                <ValueEditor
                  filter={`${filter}.${key}`}
                  schema={within}
                  label={name}
                  value={given[key] ?? null}
                  onChange={(next) => onChange({ ...given, [key]: next })}
                />
              </div>
            )}
          </Stack>
        );
      })}
      {error && (
        <Text size="xs" c="var(--mantine-color-error)">
          {error}
        </Text>
      )}
    </Stack>
  );
}
