import type { Words } from './rules/filter-reading';
import { linesOf, type NameOf, readingOf } from './rules/reading';
import type { Rule } from './rules/rule';

/** What can be edited of a segment. */
export interface Definition {
  name: string;
  description: string;
  filters: Rule;
  is_active?: boolean;
}

/** A segment as lines to read, so that two of it can be compared. */
export const definitionLines = (definition: Definition, words: Words, nameOf: NameOf): string[] => [
  words.t('definition.name', { name: definition.name }),
  ...(definition.description ? [words.t('definition.description', { description: definition.description })] : []),
  ...(definition.is_active === undefined
    ? []
    : [words.t(definition.is_active ? 'definition.active' : 'definition.inactive')]),
  ...linesOf(readingOf(definition.filters, words, nameOf)),
];
