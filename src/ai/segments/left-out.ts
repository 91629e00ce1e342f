import { excerptOf, folded } from '../../common/folded';
import type { FilterVocabulary } from '../../segments/catalogue/filter-vocabulary.service';
import type { RuleDraft } from '../../segments/segment-drafter';
import { numbersIn } from './numbers';

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
