/**
 * `whole @> part` of PostgreSQL, for a part that is a JSON object: structure and data of `part` stand in `whole`, at the same depth.
 * https://www.postgresql.org/docs/current/datatype-json.html#JSON-CONTAINMENT (That an array may contain a bare scalar holds for a part
 * that is one.)
 */
export function jsonContains(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part)) return Array.isArray(whole) && part.every((p) => whole.some((w) => jsonContains(w, p)));
  if (isObject(part))
    return (
      isObject(whole) && Object.keys(part).every((key) => Object.hasOwn(whole, key) && jsonContains(whole[key], part[key]))
    );
  return whole === part;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Doubles tell any two decimal numbers of so many digits apart. */
const EXACT_DIGITS = 15;

/** Whether JavaScript keeps all numbers of a jsonb, given as PostgreSQL writes it, so that what is equal here is equal there. */
export function numbersAreExact(jsonb: string): boolean {
  const numbers = jsonb.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').match(/[\d.]+/g) ?? [];
  return numbers.every((number) => {
    if (number.length >= 300) return false; // …e-308: where doubles thin out
    const digits = number
      .replace('.', '')
      .replace(/^0+/, '')
      .replace(/(?<!0)0+$/, '');
    return digits.length <= EXACT_DIGITS;
  });
}
