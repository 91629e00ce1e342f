import { excerptOf, folded } from '../../common/folded';
import type { FilterVocabulary } from '../../segments/catalogue/filter-vocabulary.service';
import type { RuleDraft } from '../../segments/segment-drafter';

type Rule = RuleDraft['filters'];

/**
 * What a sentence plainly says and neither a rule nor what was said to be missing has: a number, a name that the data has, a
 * negation, "and also". In the sentence's own words. A condition that a model drops makes a rule wider, and small ones drop many. It is a net and
 * no proof: a condition without one of them falls through.
 */
export async function leftOut(
  sentence: string,
  rule: Rule,
  missing: readonly string[],
  vocabulary: FilterVocabulary,
): Promise<string[]> {
  const said = [JSON.stringify(rule), ...missing].map(folded).join(' ');
  const found = [
    ...numbersIn(sentence).filter(({ means }) => !numbersOf(said).some((number) => means(number))),
    ...(await namesIn(sentence, vocabulary)).filter(({ name }) => !said.includes(name)),
    ...[...(hasChoice(rule) ? joinsIn(sentence) : []), ...(deniesSomething(rule) ? [] : negationsIn(sentence))].filter(
      ({ words }) => !said.includes(folded(words)),
    ),
  ];
  return [...new Set(found.map(({ words }) => words))];
}

const numbersOf = (text: string): number[] =>
  (text.match(/\d+(?:\.\d+)?/g) ?? []).flatMap((n) => [Number(n), parseInt(n, 10)]);

/** Units of time, in three languages without accents, and how many days one has, from and to. */
const UNITS: readonly [RegExp, from: number, to: number][] = [
  [/^(hours?|h|horas?|hores)\b/, 1 / 24, 1 / 24],
  [/^(weeks?|semanas?|setman(a|es))\b/, 7, 7],
  [/^(months?|mes(es|os)?)\b/, 28, 31],
  [/^(quarters?|trimestres?)\b/, 84, 93],
  [/^(years?|anos?|anys?)\b/, 360, 366],
];

/** Two to ten, in three languages without accents. Left out: "set", which is seven, and an English word. */
const WORDS: Readonly<Record<string, number>> = Object.fromEntries(
  [
    ['two', 'dos', 'dues'],
    ['three', 'tres'],
    ['four', 'cuatro', 'quatre'],
    ['five', 'cinco', 'cinc'],
    ['six', 'seis', 'sis'],
    ['seven', 'siete'],
    ['eight', 'ocho', 'vuit'],
    ['nine', 'nueve', 'nou'],
    ['ten', 'diez', 'deu'],
  ].flatMap((words, i) => words.map((word) => [word, i + 2])),
);
const IN_WORDS = new RegExp(`(?<![\\p{L}\\d])(${Object.keys(WORDS).join('|')})\\s+(\\p{L}+)`, 'giu');

/** A number in digits or in words, with the word after it; `means` says whether a number of a rule may be it. */
function numbersIn(sentence: string): { words: string; means: (number: number) => boolean }[] {
  const found = [...sentence.matchAll(/(?<![\p{L}\d])(\d+(?:[.,]\d+)*)\s*([\p{L}%€]*)/gu), ...sentence.matchAll(IN_WORDS)];
  return found.map(([words, number, unit]) => {
    const [, from, to] = UNITS.find(([word]) => word.test(folded(unit))) ?? [undefined, 1, 1];
    const values = valuesOf(String(WORDS[folded(number)] ?? number));
    // "more than 3" is at least 4 and "until the 15th" before the 16th; a fraction of a unit is rounded to a day
    const means = (number: number) => values.some((n) => number >= n * from - 1 && number <= n * to + 1);
    return { words: words.trim(), means: unit === '%' ? () => true : means };
  });
}

/** `1.000` and `1,000` are a thousand, in whichever language; `1,5` is one and a half. */
function valuesOf(digits: string): number[] {
  const parts = digits.split(/[.,]/);
  const last = parts.pop()!;
  if (parts.length === 0 || last.length === 3) return [Number([...parts, last].join(''))];
  return [Number([...parts, last].join('')), Number(`${parts.join('')}.${last}`)];
}

/** Filters whose values are names that a sentence may say as they are. Not roles: whoever says "users" seldom means one. */
const NAMING = ['stores_in', 'ticket_types_in', 'preferences_contains'];
const SHORTEST = 4;

/** Names the data has that stand in the sentence: stores, types of tickets, and texts in preferences, which may have an ending (vegan, vegans, veganas). */
async function namesIn(sentence: string, vocabulary: FilterVocabulary): Promise<{ words: string; name: string }[]> {
  const text = ` ${folded(sentence).replace(/[^\p{L}\p{N}]+/gu, ' ')} `;
  const known = (await Promise.all(NAMING.map((key) => vocabulary.of(key)))).flatMap((values) =>
    values.flatMap(({ value }) => textsIn(value)),
  );
  return [...new Set(known)].flatMap((one) => {
    const name = folded(one);
    const plain = name.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
    if (plain.length < SHORTEST || !text.includes(` ${plain}`)) return [];
    const [ending] = text.slice(text.indexOf(` ${plain}`) + plain.length + 1).split(' ', 1);
    return ending.length <= 2 ? [{ words: excerptOf(sentence, name) ?? one, name }] : [];
  });
}

/** Of what is true the key: `organic` of `{"organic": true}`. */
function textsIn(value: unknown, key?: string): string[] {
  if (typeof value === 'string') return [value];
  if (value === true && key !== undefined) return [key];
  return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([name, of]) => textsIn(of, name)) : [];
}

/** "No more than 3" and "no menos de 3" are bounds, and "al menos" is none of these words. */
const NEGATION =
  /(?<!\p{L})(not?|never|without|except|nunca|jam[aá]s|sin|excepto|salvo|sense|mai|excepte|llevat)(?!\p{L})(?!\s+(more|less|fewer|later|m[aá]s|menos|m[eé]s|menys))(\s+[\p{L}\d]+){0,3}/giu;

const negationsIn = (sentence: string): { words: string }[] =>
  [...sentence.matchAll(NEGATION)].map(([words]) => ({ words }));

/** Whether anything in a rule keeps customers out for what they did or are. */
const DENYING =
  /"(not|max_num_purchases|max_total_spent|not_purchased_for_days|purchased_to|first_purchase_within_days)":|false|"rfm"/;
const deniesSomething = (rule: Rule): boolean => DENYING.test(JSON.stringify(rule));

/** "And also in" another store is not "in either of them". */
const JOIN = /(?<!\p{L})(also|both|tambi[eé]n|amb[oa]s|tamb[eé]|ambd[oó]s|ambdues)(?!\p{L})(\s+[\p{L}\d]+){0,3}/giu;
const joinsIn = (sentence: string): { words: string }[] => [...sentence.matchAll(JOIN)].map(([words]) => ({ words }));

/** Any of several names, and no tree that says more. */
const hasChoice = (rule: Rule): boolean =>
  !('all' in rule || 'any' in rule) && /"(stores_in|ticket_types_in)":\["[^\]]*","/.test(JSON.stringify(rule));
