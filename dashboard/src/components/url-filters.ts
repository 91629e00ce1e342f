/** The filters of a list by name; an empty text is no filter. */
type Filters<Name extends string> = Record<Name, string>;

/** The filters that stand in an address. */
export const filtersIn = <Name extends string>(params: URLSearchParams, names: readonly Name[]): Filters<Name> =>
  Object.fromEntries(names.map((name) => [name, params.get(name) ?? ''])) as Filters<Name>;

/** An address with some of its filters changed, and all else as it is. */
export function withFilters(params: URLSearchParams, changes: Readonly<Record<string, string>>): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next;
}

/** A text of the address, where it is one of those the API knows. */
export const oneOf = <const Value extends string>(known: readonly Value[], text: string): Value | undefined =>
  known.find((value) => value === text);
