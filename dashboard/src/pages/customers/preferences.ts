/** A preference as it is shown: where it is found, and its value. */
export interface Preference {
  /** From the outermost name to the innermost. */
  path: string[];
  value: PreferenceValue;
}
export type PreferenceValue =
  { kind: 'yes-no'; is: boolean } | { kind: 'text'; text: string } | { kind: 'list'; items: string[] };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a shop keeps of what a customer likes, nested or not, as one flat list. Nothing is left out: what is neither is shown as JSON. */
export function preferencesOf(value: unknown, path: string[] = []): Preference[] {
  if (isObject(value) && Object.keys(value).length > 0)
    return Object.entries(value).flatMap(([name, inner]) => preferencesOf(inner, [...path, name]));
  return path.length === 0 ? [] : [{ path, value: shown(value) }];
}

function shown(value: unknown): PreferenceValue {
  if (typeof value === 'boolean') return { kind: 'yes-no', is: value };
  if (Array.isArray(value)) return { kind: 'list', items: value.map(asText) };
  return { kind: 'text', text: asText(value) };
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** `favourite_categories` as "Favourite categories": names are the shop's, in its language. */
export function readable(name: string): string {
  const words = name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replace(/[_\-.]+/g, ' ')
    .trim();
  return words ? words[0].toUpperCase() + words.slice(1).toLowerCase() : name;
}
