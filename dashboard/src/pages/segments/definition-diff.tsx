import { Text, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Definition, definitionLines } from './definition-lines';
import classes from './definition-diff.module.css';
import { useWords } from './reading-list';
import { diffOf } from './rules/diff';
import { useSegmentNames } from './segment-queries';

const SIGNS = { same: '', added: '+', removed: '−' } as const;

/** What changed of a segment: the lines that came, and those that went. */
export function DefinitionDiff({ before, after }: { before: Definition | null; after: Definition }) {
  const { t } = useTranslation('segments');
  const words = useWords();
  const nameOf = useSegmentNames([before?.filters, after.filters]);
  const old = before ? definitionLines(before, words, nameOf) : [];
  const lines = diffOf(old, definitionLines(after, words, nameOf));
  if (before && lines.every(({ kind }) => kind === 'same'))
    return (
      <Text size="sm" c="dimmed">
        {t('versions.unchanged')}
      </Text>
    );
  return (
    <ul className={classes.lines}>
      {lines.map(({ kind, text }, i) => (
        <li key={i} className={kind === 'same' ? classes.line : `${classes.line} ${classes[kind]}`}>
          <span aria-hidden>{SIGNS[kind]}</span>
          <span>
            {kind !== 'same' && <VisuallyHidden>{t(`versions.${kind}`)}: </VisuallyHidden>}
            {text}
          </span>
        </li>
      ))}
    </ul>
  );
}
