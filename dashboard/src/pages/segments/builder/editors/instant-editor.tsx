import { TextInput } from '@mantine/core';
import { localOf } from '../../rules/local-time';
import classes from '../rule-builder.module.css';
import type { EditorProps } from './editor';

/** An instant as date and time of where the reader is. What is not touched stays as it was written, its zone included. */
export const InstantEditor = ({ label, value, onChange, error }: EditorProps) => (
  <TextInput
    type="datetime-local"
    className={classes.figure}
    aria-label={label}
    value={typeof value === 'string' ? localOf(value) : ''}
    onChange={(event) => {
      const instant = new Date(event.currentTarget.value);
      onChange(Number.isNaN(instant.getTime()) ? null : instant.toISOString());
    }}
    error={error}
  />
);
