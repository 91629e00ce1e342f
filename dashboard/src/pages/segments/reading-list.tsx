import { List, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import type { Words } from './rules/filter-reading';
import { type NameOf, type Reading, readingOf } from './rules/reading';
import type { Rule } from './rules/rule';

/** What rules are read with, in the reader's language. */
export function useWords(): Words {
  const { t } = useTranslation('rules');
  const format = useFormat();
  return useMemo(() => ({ t, format }), [t, format]);
}

/** A rule in plain words, what it is made of further in. */
export function ReadingList({ rule, nameOf }: { rule: Rule; nameOf: NameOf }) {
  const words = useWords();
  const reading = readingOf(rule, words, nameOf);
  return (
    <>
      <Text size="sm">{reading.text}</Text>
      <Parts parts={reading.parts} />
    </>
  );
}

const Parts = ({ parts }: { parts: readonly Reading[] }) =>
  parts.length > 0 && (
    <List size="sm" withPadding spacing={4} mt={4}>
      {parts.map((part, i) => (
        <List.Item key={i}>
          {part.text}
          <Parts parts={part.parts} />
        </List.Item>
      ))}
    </List>
  );
