import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './filter-bar.module.css';

const PAUSE_MS = 400;
const LONGEST = 255;

/** A text that is looked for once nobody types any more, and only where it can be one. It follows `value` where that changes from elsewhere. */
export function FilterText(props: {
  label: string;
  description?: string;
  placeholder?: string;
  value: string;
  maxLength?: number;
  onChange: (value: string) => void;
  /** Whether it can be one; any text can where it is left out. */
  isValid?: (text: string) => boolean;
  invalid?: string;
}) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(props.value);
  const [seen, setSeen] = useState(props.value);
  const [applied, setApplied] = useState(props.value);
  if (props.value !== seen) {
    setSeen(props.value);
    if (props.value !== applied) setTyped(props.value); // it came from elsewhere: a link, or the button that clears all
  }
  const isValid = (text: string) => text === '' || (props.isValid?.(text) ?? true);
  const apply = (text: string) => {
    if (!isValid(text) || text === props.value) return;
    setApplied(text);
    props.onChange(text);
  };
  const applyLater = useDebouncedCallback(apply, PAUSE_MS);
  const type = (text: string) => {
    setTyped(text);
    applyLater(text.trim());
  };
  return (
    <TextInput
      className={classes.field}
      label={props.label}
      description={props.description}
      placeholder={props.placeholder}
      value={typed}
      maxLength={props.maxLength ?? LONGEST}
      error={isValid(typed.trim()) ? undefined : props.invalid}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={typed && <CloseButton size="sm" aria-label={t('action.clear')} onClick={() => type('')} />}
      onChange={(event) => type(event.currentTarget.value)}
      onBlur={() => apply(typed.trim())}
      onKeyDown={(event) => event.key === 'Enter' && apply(typed.trim())}
      autoComplete="off"
      spellCheck={false}
    />
  );
}
