import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { answer, api, type Schema } from '../../../api/client';
import { type Rule, toApi } from '../rules/rule';

const TYPING_MS = 300;
const SLOW_MS = 3_000;
const SAMPLE = 8;

export interface LiveCount {
  /** The last count there was, of this rule or of one before it. */
  count: (Schema<'RulePreviewView'> & { dataAsOf: string | null }) | undefined;
  /** It is of the rule as it is now. */
  isCurrent: boolean;
  isCounting: boolean;
  isSlow: boolean;
  /** What the service says of the rule as it is now. */
  error: Error | null;
  retry: () => void;
}

/**
 * Counts a rule while it is edited; undefined is one that nobody need be asked about. A count belongs to the rule it was asked for (the key
 * of the query), so a late answer is never shown for another rule; a request whose rule is gone is cancelled.
 */
export function useLiveCount(rule: Rule | undefined): LiveCount {
  const text = rule && JSON.stringify(rule);
  const [asked] = useDebouncedValue(text, TYPING_MS);
  const query = useQuery({
    queryKey: ['segments', 'preview', asked],
    queryFn: async ({ signal }) => {
      const { body, headers } = await answer(
        api.POST('/segments/preview', {
          params: { query: { sample: SAMPLE } },
          body: { filters: toApi(JSON.parse(asked ?? '{}') as Rule) },
          signal,
        }),
      );
      return { ...body, dataAsOf: headers.get('X-Data-As-Of') };
    },
    enabled: asked !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
  });
  // a refused rule has no count: the one before stays in sight, and is said to be old
  const [last, setLast] = useState(query.data);
  if (query.data && query.data !== last) setLast(query.data);
  const isSettled = text !== undefined && text === asked && !query.isFetching;
  const isCounting = text !== undefined && !isSettled;
  const [slow, setSlow] = useState<string>();
  useEffect(() => {
    if (!isCounting) return;
    const timer = setTimeout(() => setSlow(asked), SLOW_MS);
    return () => clearTimeout(timer);
  }, [isCounting, asked]);
  return {
    count: query.data ?? last,
    isCurrent: isSettled && query.isSuccess && !query.isPlaceholderData,
    isCounting,
    isSlow: isCounting && slow !== undefined && slow === asked,
    error: isSettled ? query.error : null,
    retry: () => void query.refetch(),
  };
}
