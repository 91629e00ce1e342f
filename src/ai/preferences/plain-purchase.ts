import type { PlainPurchase } from './inference.prompt';
import type { BoughtRow } from './preferences.sql';

/** Of one purchase. */
const MOST_PRODUCTS = 30;
/** Characters of a name. */
const LONGEST = 60;
/** What a product is called by, where it is an object: the first of these that holds a text. */
const NAMES = ['name', 'product_name', 'title', 'product', 'description', 'nombre', 'nom'] as const;

/** Where and what, in words: the rest of a product (price, number, ids, whatever else stands there) stays here. */
export function plainPurchase({ store_name, products }: BoughtRow): PlainPurchase {
  const listed: unknown[] = Array.isArray(products) ? products : [products];
  const names = listed.flatMap((product) => nameOf(product) ?? []);
  return { store: wordsOf(store_name) ?? '', products: [...new Set(names)].slice(0, MOST_PRODUCTS) };
}

function nameOf(product: unknown): string | undefined {
  if (typeof product === 'string') return wordsOf(product);
  if (typeof product !== 'object' || product === null) return undefined;
  const fields = product as Record<string, unknown>;
  return NAMES.flatMap((field) => (typeof fields[field] === 'string' ? (wordsOf(fields[field]) ?? []) : []))[0];
}

const ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\S@\S|\d{6,}/i;

/** A name has letters; an id, a number of many digits or an address is none, whatever stands around it. */
function wordsOf(text: string): string | undefined {
  const words = text.trim().slice(0, LONGEST);
  return /\p{L}/u.test(words) && !ID.test(text) ? words : undefined;
}
