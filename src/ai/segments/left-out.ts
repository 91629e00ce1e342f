import { excerptOf, folded } from '../../common/folded';
import type { FilterVocabulary } from '../../segments/catalogue/filter-vocabulary.service';
import type { RuleDraft } from '../../segments/segment-drafter';

type Rule = RuleDraft['filters'];

/**
 * What a sentence plainly says and neither a rule nor what was said to be missing has: a number in digits, a name that the data has, a
 * negation. In the sentence's own words. A condition that a model drops makes a rule wider, and small ones drop many. It is a net and
 * no proof: a number in words, or a condition without one, falls through.
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
    ...(deniesSomething(rule) ? [] : negationsIn(sentence)).filter(({ words }) => !said.includes(folded(words))),
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

/** A number in digits, with the word after it; `means` says whether a number of a rule may be it. */
function numbersIn(sentence: string): { words: string; means: (number: number) => boolean }[] {
  const found = sentence.matchAll(/(?<![\p{L}\d])(\d+(?:[.,]\d+)*)\s*([\p{L}%€]*)/gu);
  return [...found].map(([words, digits, unit]) => {
    const [, from, to] = UNITS.find(([word]) => word.test(folded(unit))) ?? [undefined, 1, 1];
    const values = valuesOf(digits);
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

/** Filters whose values are names that a sentence may say as they are. */
const NAMING = ['stores_in', 'preferences_contains'];
const SHORTEST = 4;

/** Names the data has that stand in the sentence: stores, and texts in preferences, which may have an ending (vegan, vegans, veganas). */
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

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
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
