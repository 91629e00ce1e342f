import { Pill, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fragmentOf, leafText, leavesIn, merged, without } from '../../rules/fragments';
import type { EditorProps } from './editor';
import { OfferedValue } from './offered-value';
import { OwnPair } from './own-pair';
import { useOfferedValues } from './use-offered-values';

type Json = Readonly<Record<string, unknown>>;

/** Keys and values that must be there, all of them: chosen out of the data, or typed. */
export function PairsEditor({ filter, hasValues = false, label, value, onChange, error }: EditorProps) {
  const { t } = useTranslation('rules');
  const [search, setSearch] = useState('');
  const offered = useOfferedValues(filter, hasValues, search);
  const given = (value ?? {}) as Json;
  const leaves = leavesIn(given);
  const chosen = new Set(leaves.map((leaf) => JSON.stringify(fragmentOf(leaf))));
  const options = new Map(
    offered.values.flatMap((one) => {
      const text = JSON.stringify(one.value);
      return chosen.has(text) ? [] : [[text, one] as const];
    }),
  );
  const add = (fragment: Json) => onChange(merged(given, fragment));
  return (
    <Stack gap="xs">
      {leaves.length > 0 && (
        <Pill.Group>
          {leaves.map((leaf, i) => {
            const text = leafText(leaf);
            return (
              <Pill
                key={i}
                size="md"
                withRemoveButton
                removeButtonProps={{
                  'aria-label': t('value.removePair', { name: text }),
                  'aria-hidden': false,
                  tabIndex: 0,
                }}
                onRemove={() => onChange(without(given, leaf) ?? null)}
              >
                {text}
              </Pill>
            );
          })}
        </Pill.Group>
      )}
      {hasValues && (
        <Select
          aria-label={`${label}: ${t('value.find')}`}
          placeholder={t('value.findHint')}
          searchable
          data={[...options].map(([text, one]) => ({
            value: text,
            label: leavesIn(one.value as Json)
              .map(leafText)
              .join(', '),
          }))}
          filter={({ options: all }) => all} // the service has searched
          value={null}
          searchValue={search}
          onSearchChange={setSearch}
          onChange={(text) => {
            const one = text === null ? undefined : options.get(text);
            if (one) add(one.value as Json);
            setSearch('');
          }}
          onDropdownOpen={offered.open}
          nothingFoundMessage={offered.isLoading ? t('value.loadingValues') : t('value.noOptions')}
          maxDropdownHeight={280}
          renderOption={({ option }) => (
            <OfferedValue text={option.label} customers={options.get(option.value)?.customers} />
          )}
        />
      )}
      <OwnPair onAdd={add} isOpen={!hasValues} />
      {(error ?? (offered.error && t('value.valuesFailed'))) && (
        <Text size="xs" c={error ? 'var(--mantine-color-error)' : 'dimmed'}>
          {error ?? t('value.valuesFailed')}
        </Text>
      )}
    </Stack>
  );
}
