import { TextInput } from '@mantine/core';
import type { EditorProps } from './editor';

/** A text. */
export const TextEditor = ({ label, example, value, onChange, error }: EditorProps) => (
  <TextInput
    aria-label={label}
    maw="28rem"
    value={typeof value === 'string' ? value : ''}
    onChange={(event) => onChange(event.currentTarget.value || null)}
    placeholder={typeof example === 'string' ? example : undefined}
    error={error}
  />
);
