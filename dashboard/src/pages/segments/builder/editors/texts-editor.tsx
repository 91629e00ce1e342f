import { TagsInput, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EditorProps } from './editor';
import { LinesEditor } from './lines-editor';
import { OfferedValue } from './offered-value';
import { useOfferedValues } from './use-offered-values';

/** More texts than these are no longer shown one by one. */
const MOST_TAGS = 100;

/** Texts, chosen out of the data or typed. They are compared exactly, so nothing is done to their letters. */
export function TextsEditor(props: EditorProps) {
  const { filter, hasValues = false, label, onChange, error } = props;
  const { t } = useTranslation('rules');
  const [search, setSearch] = useState('');
  const offered = useOfferedValues(filter, hasValues, search);
  const texts = Array.isArray(props.value) ? (props.value as string[]) : [];
  if (texts.length > MOST_TAGS) return <LinesEditor {...props} />;
  const counts = new Map(
    offered.values.flatMap((one) => (typeof one.value === 'string' ? [[one.value, one] as const] : [])),
  );
  return (
    <>
      <TagsInput
        aria-label={label}
        placeholder={texts.length > 0 ? undefined : t(hasValues ? 'value.typeOrChoose' : 'value.typeAndEnter')}
        value={texts}
        onChange={(next) => onChange(next.length > 0 ? next : null)}
        data={[...counts.keys()].filter((text) => !texts.includes(text))}
        filter={({ options }) => options} // the service has searched
        searchValue={search}
        onSearchChange={setSearch}
        onDropdownOpen={offered.open}
        splitChars={[]} // names have commas
        isDuplicate={(text, among) => among.includes(text)}
        acceptValueOnBlur
        maxDropdownHeight={280}
        renderOption={({ option }) => (
          <OfferedValue
            text={option.value}
            customers={counts.get(option.value)?.customers}
            purchases={counts.get(option.value)?.purchases}
          />
        )}
        error={error}
      />
      {offered.error && (
        <Text size="xs" c="dimmed" mt={4}>
          {t('value.valuesFailed')}
        </Text>
      )}
    </>
  );
}
