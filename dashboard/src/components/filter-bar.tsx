import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
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

/** A day; empty where any will do. */
export const FilterDay = (props: {
  label: string;
  value: string;
  min?: string;
  max?: string;
  onChange: (value: string) => void;
}) => (
  <TextInput
    type="date"
    className={classes.field}
    label={props.label}
    value={props.value}
    min={props.min || undefined}
    max={props.max || undefined}
    onChange={(event) => props.onChange(event.currentTarget.value)}
  />
);
