import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

const DEBOUNCE_MS = 300;

/** A text that is looked for while it is typed, a moment after the last key. It follows `value` where that changes from elsewhere. */
export function SearchField(props: {
  label: string;
  description?: string;
  placeholder?: string;
  value: string;
  maxLength?: number;
  onSearch: (text: string) => void;
}) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(props.value);
  const [known, setKnown] = useState(props.value);
  if (props.value !== known) {
    setKnown(props.value);
    setTyped(props.value);
  }
  const search = useDebouncedCallback((text: string) => {
    setKnown(text.trim());
    props.onSearch(text.trim());
  }, DEBOUNCE_MS);
  return (
    <TextInput
      label={props.label}
      description={props.description}
      placeholder={props.placeholder}
      value={typed}
      maxLength={props.maxLength ?? 255}
      autoComplete="off"
      spellCheck={false}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        typed && (
          <CloseButton
            size="sm"
            aria-label={t('action.clear')}
            onClick={() => {
              setTyped('');
              search('');
            }}
          />
        )
      }
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        search(event.currentTarget.value);
      }}
    />
  );
}
