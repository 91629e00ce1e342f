import { readSet, type Words } from './filter-reading';
import { type Rule, tell } from './rule';

/** A rule as sentences: one of its own, and those of what it is made of. */
export interface Reading {
  /** Where it stands in the rule (JSON pointer): a `not` and what it is the complement of are one reading. */
  pointer: string;
  text: string;
  parts: Reading[];
}

/** The names of segments that rules refer to; undefined while one is not known. */
export type NameOf = (segmentId: string) => string | undefined;

/** A rule in plain words. */
export function readingOf(rule: Rule, words: Words, nameOf: NameOf, pointer = ''): Reading {
  const told = tell(rule);
  if (told.shape !== 'not') return { pointer, ...within(rule, words, nameOf, pointer, 'are') };
  const inside = `${pointer}/not`;
  return tell(told.part).shape === 'not'
    ? { pointer, text: words.t('reading.except.all'), parts: [readingOf(told.part, words, nameOf, inside)] }
    : { pointer, ...within(told.part, words, nameOf, inside, 'except') };
}

function within(
  rule: Rule,
  words: Words,
  nameOf: NameOf,
  pointer: string,
  form: 'are' | 'except',
): Omit<Reading, 'pointer'> {
  const { t } = words;
  const told = tell(rule);
  switch (told.shape) {
    case 'all':
    case 'any':
      return {
        text: t(`reading.${form}.${told.shape}`),
        parts: told.parts.map((part, i) => readingOf(part, words, nameOf, `${pointer}/${told.shape}/${i}`)),
      };
    case 'segment':
      return { text: t(`reading.${form}.segment`, { name: nameOf(told.segmentId) ?? t('reading.someSegment') }), parts: [] };
    case 'filters':
      return Object.keys(told.set).length === 0
        ? { text: t(`reading.${form}.everyone`), parts: [] }
        : { text: t(`reading.${form}.who`, { what: readSet(words, told.set) }), parts: [] };
    case 'not':
      return readingOf(rule, words, nameOf, pointer);
  }
}

/** A reading and all it is made of, what belongs to one after it and one deeper. */
export const readingsIn = (reading: Reading, depth = 0): { depth: number; reading: Reading }[] => [
  { depth, reading },
  ...reading.parts.flatMap((part) => readingsIn(part, depth + 1)),
];

/** A reading line by line, what belongs to a line further in than it. */
export const linesOf = (reading: Reading): string[] =>
  readingsIn(reading).map((one) => `${'    '.repeat(one.depth)}${one.reading.text}`);
