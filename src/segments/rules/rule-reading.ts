import { filterList, type FilterSet } from '../filters';
import { filtersOf, type Rule } from './rule';

/**
 * A rule as an English sentence, made of the rule alone: what a model says of its own rule proves nothing. Every part of a tree stands
 * in parentheses and names are quoted, so that it can be read in one way only.
 */
export const readingOf = (rule: Rule): string =>
  isEveryone(rule) ? 'All active customers.' : `Active customers who ${predicate(rule)}.`;

const isEveryone = (rule: Rule): boolean => Object.keys(rule).length === 0;

/** As it stands after "customers who". */
function predicate(rule: Rule): string {
  const each = (parts: Rule[]) => parts.map((part) => `(${predicate(part)})`).join(', ');
  if ('all' in rule) return `fulfil all of: ${each(rule.all)}`;
  if ('any' in rule) return `fulfil at least one of: ${each(rule.any)}`;
  if ('not' in rule) return `do not fulfil: (${predicate(rule.not)})`;
  if ('segment_id' in rule) return `are in the segment ${rule.segment_id}`;
  return isEveryone(rule) ? 'are active' : setReading(rule);
}

/** What narrows the purchases is said once, of all that is asked of them. */
function setReading(set: FilterSet): string {
  const given = filtersOf(set).map(({ filter, value }) => ({ asks: filter.asks, text: filter.reads(value) }));
  const read = (...asks: (typeof filterList)[number]['asks'][]) =>
    given.filter((one) => asks.includes(one.asks)).map(({ text }) => text);
  const scope = read('scope');
  const totals = read('total');
  const others = read('customer', 'standing');
  if (scope.length === 0) return listed([...totals, ...others]);
  if (totals.length === 0) return listed([`bought something (${listed(scope)})`, ...others]);
  return listed([`${listed(totals)} (counting only purchases made ${listed(scope)})`, ...others]);
}

const listed = (texts: string[]): string => new Intl.ListFormat('en').format(texts);
