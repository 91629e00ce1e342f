import { useSearchParams } from 'react-router';

/** The filters of a list, kept in the address: a link shows the same list, and so does going back. An empty text is no filter. */
export function useUrlFilters<const Name extends string>(names: readonly Name[]) {
  const [params, setParams] = useSearchParams();
  const values = Object.fromEntries(names.map((name) => [name, params.get(name) ?? ''])) as Record<Name, string>;
  const change = (edit: (next: URLSearchParams) => void) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        edit(next);
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
  return {
    values,
    isAny: names.some((name) => values[name] !== ''),
    set: (name: Name, value: string) => change((next) => (value ? next.set(name, value) : next.delete(name))),
    clear: () => change((next) => names.forEach((name) => next.delete(name))),
  };
}

/** A text of the address, where it is one of those the API knows. */
export const oneOf = <const Value extends string>(known: readonly Value[], text: string): Value | undefined =>
  known.find((value) => value === text);
