import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { filterValuesQuery } from '../../segment-queries';

const SEARCH_DELAY_MS = 200;

/** The values a filter offers, from when its list is first opened, and those that what is typed is found in. */
export function useOfferedValues(filter: string, hasValues: boolean, search: string) {
  const [wasOpened, setWasOpened] = useState(false);
  const [wanted] = useDebouncedValue(search.trim(), SEARCH_DELAY_MS);
  const query = useQuery({
    ...filterValuesQuery(filter, wanted),
    enabled: hasValues && wasOpened,
    placeholderData: keepPreviousData,
  });
  return { values: query.data ?? [], isLoading: query.isFetching, error: query.error, open: () => setWasOpened(true) };
}
