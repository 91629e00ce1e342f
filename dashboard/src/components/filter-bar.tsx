import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { Fragment, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './filter-bar.module.css';

/** The filters of a list, and the way back to all of it. */
export function FilterBar(props: { isAny: boolean; onClear: () => void; children: ReactNode }) {
  const { t } = useTranslation();
  const bar = useRef<HTMLDivElement>(null);
  const [timesCleared, setTimesCleared] = useState(0);
  useEffect(() => {
    // the button is gone with the filters
    if (timesCleared > 0) bar.current?.querySelector<HTMLElement>('input, select')?.focus();
  }, [timesCleared]);
  return (
    <Group role="search" ref={bar} align="flex-start" gap="sm" mb="md">
      {/* anew, so that a text that was no filter yet is gone too */}
      <Fragment key={timesCleared}>{props.children}</Fragment>
      {props.isAny && (
        <Button
          className={classes.clear}
          variant="subtle"
          leftSection={<IconX size={16} aria-hidden />}
          onClick={() => {
            props.onClear();
            setTimesCleared(timesCleared + 1);
          }}
        >
          {t('filter.clear')}
        </Button>
      )}
    </Group>
  );
}

/** One of several; the empty choice is all. */
export const FilterSelect = (props: {
  label: string;
  all: string;
  options: readonly { value: string; label: string }[];
  value: string;
  onChange: (value: string) => void;
}) => (
  <NativeSelect
    className={classes.field}
    label={props.label}
    value={props.value}
    onChange={(event) => props.onChange(event.currentTarget.value)}
    data={[{ value: '', label: props.all }, ...props.options]}
  />
);

const PAUSE_MS = 400;

/** A text that is looked for once nobody types any more, and only where it can be one. */
export function FilterText(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  isValid: (text: string) => boolean;
  invalid: string;
  placeholder?: string;
}) {
  const [typed, setTyped] = useState(props.value);
  const [seen, setSeen] = useState(props.value);
  const [applied, setApplied] = useState(props.value);
  if (props.value !== seen) {
    setSeen(props.value);
    if (props.value !== applied) setTyped(props.value); // it came from elsewhere: a link, or the button that clears all
  }
  const isValid = (text: string) => text === '' || props.isValid(text);
  const apply = (text: string) => {
    if (!isValid(text) || text === props.value) return;
    setApplied(text);
    props.onChange(text);
  };
  const applyLater = useDebouncedCallback(apply, PAUSE_MS);
  return (
    <TextInput
      className={classes.field}
      label={props.label}
      placeholder={props.placeholder}
      value={typed}
      error={isValid(typed.trim()) ? undefined : props.invalid}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        applyLater(event.currentTarget.value.trim());
      }}
      onBlur={() => apply(typed.trim())}
      onKeyDown={(event) => event.key === 'Enter' && apply(typed.trim())}
      autoComplete="off"
      spellCheck={false}
    />
  );
}
