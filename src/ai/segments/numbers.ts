import { folded } from '../../common/folded';

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
export function numbersIn(sentence: string): { words: string; means: (number: number) => boolean }[] {
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

/** Times that need no number: a week, today. Days, from and to. */
const TIMES: readonly [RegExp, from: number, to: number][] = [
  ...UNITS.map(([word, from, to]) => [new RegExp(word.source.replace('^', '(?<!\\p{L})'), 'u'), from, to] as const),
  [/(?<!\p{L})(today|yesterday|day|hoy|ayer|dia|avui|ahir)\b/u, 1, 2],
  [/(?<!\p{L})(fortnight|quincena|quinzena)\b/u, 14, 15],
  [/(?<!\p{L})(half (a|the) year|semest(er|re)|medio ano|mig any)\b/u, 180, 184],
].map(([word, from, to]) => [word as RegExp, from as number, to as number]);

/** Whether a sentence says this number of days, of purchases or of money, in digits, in words or as a time. */
export function says(sentence: string, number: number): boolean {
  const text = folded(sentence);
  return (
    numbersIn(sentence).some(({ means }) => means(number)) ||
    TIMES.some(([word, from, to]) => number >= from && number <= to && word.test(text))
  );
}
