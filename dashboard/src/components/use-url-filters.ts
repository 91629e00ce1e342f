import { useSearchParams } from 'react-router';
import { filtersIn, withFilters } from './url-filters';

/** The filters of a list, kept in the address: a link shows the same list, and so does going back. An empty text is no filter. */
export function useUrlFilters<const Name extends string>(names: readonly Name[]) {
  const [params, setParams] = useSearchParams();
  const values = filtersIn(params, names);
  const change = (changes: Partial<Record<Name, string>>) =>
    setParams((before) => withFilters(before, changes as Record<string, string>), {
      replace: true,
      preventScrollReset: true,
    });
  return {
    values,
    isAny: names.some((name) => values[name] !== ''),
    set: (name: Name, value: string) => change({ [name]: value } as Record<Name, string>),
    /** Several at once. */
    change,
    clear: () => change(Object.fromEntries(names.map((name) => [name, ''])) as Record<Name, string>),
  };
}
