import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../../i18n/use-format';
import type { EditorProps } from './editor';

const linesIn = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Many texts, one in each line. */
export function LinesEditor({ label, value, onChange, error }: EditorProps) {
  const { t } = useTranslation('rules');
  const format = useFormat();
  const given = Array.isArray(value) ? (value as string[]) : [];
  const [typed, setTyped] = useState(() => given.join('\n'));
  // what was typed, while it says the same as the value: spaces and empty lines are no reason to move the cursor
  const text = linesIn(typed).join('\n') === given.join('\n') ? typed : given.join('\n');
  return (
    <Textarea
      aria-label={label}
      placeholder={t('value.lines')}
      rows={5}
      value={text}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        const lines = linesIn(event.currentTarget.value);
        onChange(lines.length > 0 ? lines : null);
      }}
      error={error}
      aria-description={t('value.linesCount', { count: given.length, formatted: format.number(given.length) })}
      spellCheck={false}
      resize="vertical"
    />
  );
}
