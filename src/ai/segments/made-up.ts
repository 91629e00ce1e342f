import { folded } from '../../common/folded';
import { filterList } from '../../segments/filters';
import type { Guess, RuleDraft } from '../../segments/segment-drafter';
import { says } from './numbers';

type Rule = RuleDraft['filters'];

/**
 * What a rule says and its sentence does not: a number of days, purchases or money, an instant, a store, a customer. A model that is to
 * select everybody, or does not know what to say, makes up a condition that nearly everybody fulfils. Not looked at is what sentences say in other words or
 * in another language: preferences, roles, types of tickets, scores; and whether somebody bought at all, or more than once.
 */
export function madeUp(sentence: string, rule: Rule, pointer = ''): Guess[] {
  const each = (parts: readonly Rule[], at: string) => parts.flatMap((part, i) => madeUp(sentence, part, `${at}/${i}`));
  if ('all' in rule) return each(rule.all, `${pointer}/all`);
  if ('any' in rule) return each(rule.any, `${pointer}/any`);
  if ('not' in rule) return madeUp(sentence, rule.not, `${pointer}/not`);
  return Object.entries(rule).flatMap(([key, value]) => guessesIn(sentence, key, value, `${pointer}/${key}`));
}

/** Filters whose values stand in a sentence as they are, if at all. */
const TO_THE_LETTER = ['stores_in', 'user_ids_in'];

function guessesIn(sentence: string, key: string, value: unknown, pointer: string): Guess[] {
  if (typeof value === 'number')
    return says(sentence, value) || (isCount(key) && value <= 2) ? [] : [{ said: String(value), pointer }];
  if (key === 'purchased_from' || key === 'purchased_to')
    return DATE.test(folded(sentence)) ? [] : [{ said: String(value), pointer }];
  if (!TO_THE_LETTER.includes(key)) return [];
  const text = folded(sentence);
  return (value as string[]).flatMap((name, i) =>
    text.includes(folded(name)) ? [] : [{ said: name, pointer: `${pointer}/${i}` }],
  );
}

const isCount = (key: string): boolean =>
  filterList.some((filter) => filter.key === key && filter.asks === 'total' && filter.measure.unit === 'count');

/** A digit, the beginning of a month's name, a season or a holiday, in three languages without accents: whatever may be a date. */
const DATE =
  /\d|(?<!\p{L})(jan|ene|gen|feb|mar|apr|abr|may|mai|jun|jul|aug|ago|sep|set|oct|nov|dec|dic|des|spring|summer|autumn|winter|primavera|verano|otono|invierno|estiu|tardor|hivern|christmas|navidad|nadal|easter|pascua|year|week|ano|any|semana|setmana)/u;
