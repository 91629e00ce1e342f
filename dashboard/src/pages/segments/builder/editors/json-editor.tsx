import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EditorProps } from './editor';

const written = (value: unknown): string => (value === null || value === undefined ? '' : JSON.stringify(value, null, 2));

/** A value that has no editor of its own, as JSON. */
export function JsonEditor({ label, example, value, onChange, error }: EditorProps) {
  const { t } = useTranslation('rules');
  const [text, setText] = useState(() => written(value));
  const [isWrong, setIsWrong] = useState(false);
  return (
    <Textarea
      aria-label={`${label}: ${t('value.json')}`}
      autosize
      minRows={2}
      maxRows={12}
      ff="monospace"
      value={text}
      placeholder={written(example)}
      spellCheck={false}
      onChange={(event) => {
        const typed = event.currentTarget.value;
        setText(typed);
        try {
          onChange(typed.trim() === '' ? null : (JSON.parse(typed) as unknown));
          setIsWrong(false);
        } catch {
          setIsWrong(true);
          onChange(null);
        }
      }}
      error={isWrong ? t('value.jsonWrong') : error}
    />
  );
}
