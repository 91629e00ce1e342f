import type { TFunction } from 'i18next';
import type { Format } from '../../../i18n/use-format';
import { leavesIn } from './fragments';
import { isKnown, scopeFilters, spokenKey, totalFilters } from './known-filters';
import type { FilterSet } from './rule';

/** The words a rule is read in. */
export interface Words {
  t: TFunction<'rules'>;
  format: Format;
}

const MOST_NAMED = 5;

/** A list as people write one; of a long one the first few, and how many more. */
function listed({ t, format }: Words, items: readonly unknown[], how: 'list' | 'either' = 'either'): string {
  const texts = items.slice(0, MOST_NAMED).map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
  const more = items.length - texts.length;
  if (more > 0) texts.push(t('reading.more', { count: more, formatted: format.number(more) }));
  return format[how](texts);
}

/** What an object asks for: `diet: vegan and likes: tea`. */
function pairs(words: Words, value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  if (Array.isArray(value))
    return listed(
      words,
      value.map((item) => pairs(words, item)),
      'list',
    );
  const leaves = leavesIn(value as Readonly<Record<string, unknown>>);
  if (leaves.length === 0) return words.t('reading.anything');
  const texts = leaves.map(
    (leaf) => `${leaf.path.join(' › ')}: ${typeof leaf.value === 'string' ? leaf.value : JSON.stringify(leaf.value)}`,
  );
  return listed(words, texts, 'list');
}

const instant = ({ format }: Words, value: unknown): string =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? format.dateTime(value) : String(value);

function rfm(words: Words, value: unknown): string {
  const { t, format } = words;
  const asked = (value ?? {}) as Record<string, unknown>;
  const scores = (['recency', 'frequency', 'monetary'] as const).flatMap((dimension) => {
    const range = asked[dimension];
    if (!Array.isArray(range)) return [];
    const [from, to] = range as number[];
    return from === to ? [t(`reading.rfm.${dimension}One`, { from })] : [t(`reading.rfm.${dimension}`, { from, to })];
  });
  const days = Number(asked.window_days);
  return t('reading.rfm.scores', {
    scores: format.list(scores),
    count: days,
    formatted: format.number(days),
  });
}

/** One filter as it stands in a sentence: after "purchases made" where it narrows them, after "customers who" otherwise. */
export function readFilter(words: Words, key: string, value: unknown): string {
  const { t, format } = words;
  if (!isKnown(key)) return t('reading.unknown', { name: spokenKey(key), value: JSON.stringify(value) });
  const n = typeof value === 'number' ? value : Number.NaN;
  const counted = { count: n, formatted: format.number(n) };
  switch (key) {
    case 'purchased_from':
    case 'purchased_to':
      return t(`reading.${key}`, { at: instant(words, value) });
    case 'stores_in':
    case 'ticket_types_in':
    case 'roles_in':
      return t(`reading.${key}`, { list: listed(words, Array.isArray(value) ? value : [value]) });
    case 'is_market_store':
      return t(value === true ? 'reading.marketStores' : 'reading.otherStores');
    case 'products_contain':
    case 'preferences_contains':
    case 'inferred_preferences_contain':
      return t(`reading.${key}`, { pairs: pairs(words, value) });
    case 'min_total_spent':
    case 'max_total_spent':
    case 'min_average_spent':
      return t(`reading.${key}`, { amount: format.money(n) });
    case 'max_num_purchases':
      return n === 0 ? t('reading.nothing') : t('reading.max_num_purchases', counted);
    case 'user_ids_in': {
      const size = Array.isArray(value) ? value.length : 0;
      return t('reading.user_ids_in', { count: size, formatted: format.number(size) });
    }
    case 'rfm':
      return rfm(words, value);
    default:
      return t(`reading.${key}`, counted);
  }
}

/** A filter set as what its customers did and are: "spent at least €100.00 (counting only purchases made in the last 90 days)". */
export function readSet(words: Words, set: FilterSet): string {
  const { t, format } = words;
  const given = Object.entries(set);
  const read = (pick: (key: string) => boolean) =>
    given.filter(([key]) => pick(key)).map(([key, value]) => readFilter(words, key, value));
  const scope = read((key) => scopeFilters.includes(key)).join(', ');
  const totals = read((key) => totalFilters.includes(key));
  const others = read((key) => !scopeFilters.includes(key) && !totalFilters.includes(key));
  const isNothing = totals.length === 1 && set.max_num_purchases === 0;
  if (!scope) return format.list([...totals, ...others]);
  if (isNothing) return format.list([t('reading.nothingIn', { scope }), ...others]);
  if (totals.length === 0) return format.list([t('reading.bought', { scope }), ...others]);
  return format.list([t('reading.counting', { totals: format.list(totals), scope }), ...others]);
}
