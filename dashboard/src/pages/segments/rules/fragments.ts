/** A text, number or truth somewhere in an object: where, and whether it is an item of a list there. */
export interface Leaf {
  path: readonly string[];
  isItem: boolean;
  value: unknown;
}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What an object asks for, one by one. What is empty, or nested in lists, is a leaf as it is. */
export function leavesIn(object: Json, path: readonly string[] = []): Leaf[] {
  return Object.entries(object).flatMap(([key, value]): Leaf[] => {
    const at = [...path, key];
    if (isObject(value) && Object.keys(value).length > 0) return leavesIn(value, at);
    if (Array.isArray(value) && value.length > 0)
      return value.map((item: unknown) => ({ path: at, isItem: true, value: item }));
    return [{ path: at, isItem: false, value }];
  });
}

/** The object that asks for one leaf. */
export const fragmentOf = ({ path, isItem, value }: Leaf): Json =>
  path.reduceRight<unknown>((within, key) => ({ [key]: within }), isItem ? [value] : value) as Json;

/** Both objects in one: lists get longer, other values are replaced. */
export function merged(object: Json, fragment: Json): Json {
  const result: Record<string, unknown> = { ...object };
  for (const [key, added] of Object.entries(fragment)) {
    const there = result[key];
    if (isObject(there) && isObject(added)) result[key] = merged(there, added);
    else if (Array.isArray(there) && Array.isArray(added)) {
      const known = new Set(there.map((item) => JSON.stringify(item)));
      result[key] = [...(there as unknown[]), ...(added as unknown[]).filter((item) => !known.has(JSON.stringify(item)))];
    } else result[key] = added;
  }
  return result;
}

/** The object without a leaf; what becomes empty by it goes too. Undefined where nothing is left. */
export function without(object: Json, { path: [key, ...rest], isItem, value }: Leaf): Json | undefined {
  const result: Record<string, unknown> = { ...object };
  const there = result[key];
  if (rest.length > 0 && isObject(there)) {
    const left = without(there, { path: rest, isItem, value });
    if (left) result[key] = left;
    else delete result[key];
  } else if (isItem && Array.isArray(there)) {
    const text = JSON.stringify(value);
    const at = there.findIndex((item) => JSON.stringify(item) === text);
    const left = (there as unknown[]).filter((_, i) => i !== at);
    if (left.length > 0) result[key] = left;
    else delete result[key];
  } else delete result[key];
  return Object.keys(result).length > 0 ? result : undefined;
}

/** What somebody typed as a value: a number or a truth where it is one, a text otherwise, and in quotation marks always. */
export function typedValue(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === 'true' || trimmed === 'false') return trimmed === 'true';
  if (/^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(trimmed)) return Number(trimmed);
  const quoted = /^"(.*)"$/s.exec(trimmed);
  return quoted ? quoted[1] : trimmed;
}

/** A leaf for people: `likes: tea`, `address › city: Reus`. */
export const leafText = ({ path, value }: Leaf): string =>
  `${path.join(' › ')}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
