// How values are put into English; see `reads` of a filter.

/** Of a long list, as many are named. */
const MOST_NAMED = 10;

const number = (value: number): string => value.toLocaleString('en');

/** `1 purchase`, `2 purchases`. */
export const times = (count: number, what: string): string => `${number(count)} ${what}${count === 1 ? '' : 's'}`;

/** A day is 24 hours. */
export const theLastDays = (days: number): string => (days === 1 ? 'the last 24 hours' : `the last ${number(days)} days`);

/** In the currency of the purchases, which nobody knows here. */
export const amountOf = (amount: number): string =>
  amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** `"A", "B" or "C"`; of a long list the first ones and how many others. */
export function oneOf(names: readonly string[]): string {
  const named = names.slice(0, MOST_NAMED).map((name) => JSON.stringify(name));
  const others = names.length - named.length;
  if (others > 0) named.push(`one of ${number(others)} more`);
  return new Intl.ListFormat('en', { type: 'disjunction' }).format(named);
}
