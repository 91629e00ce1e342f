import { jsonFault } from '../../common/json-guard';
import { hasInvisible, hasMarkup, linksIn } from '../plain-text';
import { isSensitive } from './sensitive';

/** Characters of a key and of a value. */
export const LONGEST = 40;
/** Preferences of one customer. */
export const MOST = 20;

/** A preference, and the numbers of the purchases it rests on, in order. */
export interface Inferred {
  key: string;
  value: string;
  purchases: number[];
}

/** What can be kept of an answer, and in our own words why the rest cannot. */
export interface CheckedInference {
  inferred: Inferred[];
  faults: string[];
}

/** Purchases that a preference must rest on: one says little, but of a customer with one or two nothing else is known. */
export const restingOn = (purchases: number): number => (purchases < 3 ? 1 : 2);

/** The preferences in what a model wrote of so many purchases. It is untrusted: nothing of it that is not kept is repeated. */
export function checkedInference(answer: string, purchases: number): CheckedInference {
  const written = listIn(answer);
  if (!written) return { inferred: [], faults: ['is not what was asked for'] };
  const found = new Map<string, Inferred>();
  const faults: string[] = [];
  for (const one of written) {
    const checked = checkedPreference(one, purchases);
    if (typeof checked === 'string') faults.push(checked);
    else if (found.has(nameOf(checked))) join(found.get(nameOf(checked))!, checked);
    else if (found.size === MOST) faults.push(`is one more than ${MOST}`);
    else found.set(nameOf(checked), checked);
  }
  return { inferred: [...found.values()], faults: [...new Set(faults)] };
}

const nameOf = ({ key, value }: Inferred) => JSON.stringify([key, value]);

function join(known: Inferred, again: Inferred): void {
  known.purchases = [...new Set([...known.purchases, ...again.purchases])].sort((a, b) => a - b);
}

/** A fault says what a preference does or is. */
function checkedPreference(written: unknown, purchases: number): Inferred | string {
  if (typeof written !== 'object' || written === null) return 'is no preference';
  const { key: keyText, value: valueText, purchases: numbers } = written as Record<string, unknown>;
  if (typeof keyText !== 'string' || typeof valueText !== 'string') return 'has no key or no value';
  const key = keyText.trim().toLowerCase().replace(/[ -]+/g, '_');
  const value = valueText.trim().replace(/\p{Zs}+/gu, ' ');
  if (!/^\p{Ll}[\p{Ll}\p{M}\p{N}_]*$/u.test(key) || [...key].length > LONGEST) return 'has a key that is not a short word';
  if (key in Object.prototype || key === 'prototype') return 'has a key that is not a short word';
  if (!isShortText(value)) return `has a value that is not a plain text of at most ${LONGEST} characters`;
  if (isSensitive(key, value)) return 'is about what is never inferred of a person';
  const resting = Array.isArray(numbers) ? [...new Set(numbers as unknown[])] : [];
  if (resting.some((n) => !Number.isInteger(n) || (n as number) < 1 || (n as number) > purchases))
    return 'rests on a purchase that is not there';
  if (resting.length < restingOn(purchases)) return 'rests on too few purchases';
  return { key, value, purchases: (resting as number[]).sort((a, b) => a - b) };
}

const isShortText = (text: string): boolean =>
  /[\p{L}\p{N}]/u.test(text) &&
  [...text].length <= LONGEST &&
  !/[\n{}[\]<>`]/.test(text) &&
  !hasInvisible(text) &&
  !hasMarkup(text) &&
  linksIn(text).size === 0;

function listIn(answer: string): unknown[] | undefined {
  try {
    const value = JSON.parse(answer) as unknown;
    const { preferences } = (value ?? {}) as { preferences?: unknown };
    return Array.isArray(preferences) && !jsonFault(value) ? preferences : undefined;
  } catch {
    return undefined;
  }
}
