import { TextInput } from '@mantine/core';
import { fromLocal, toLocal } from '../../../../i18n/local-time';
import classes from '../rule-builder.module.css';
import type { EditorProps } from './editor';

/** An instant as date and time of where the reader is. What is not touched stays as it was written, its zone included. */
export const InstantEditor = ({ label, value, onChange, error }: EditorProps) => (
  <TextInput
    type="datetime-local"
    className={classes.figure}
    aria-label={label}
    value={typeof value === 'string' ? toLocal(value) : ''}
    onChange={(event) => onChange(fromLocal(event.currentTarget.value))}
    error={error}
  />
);
