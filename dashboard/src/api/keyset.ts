import { useInfiniteQuery } from '@tanstack/react-query';
import { type Answer } from './client';

/** A list of the API, page by page: what was read so far, and how to read on. */
export interface Keyset<Row> {
  rows: Row[];
  /** How many there are in all; undefined where it was not asked for. */
  total: number | undefined;
  hasMore: boolean;
  isPending: boolean;
  isLoadingMore: boolean;
  error: Error | null;
  loadMore: () => void;
  refetch: () => void;
}

const FIRST_PAGE: string | undefined = undefined;

const cursorOf = (headers: Headers): string | undefined => {
  const next = /<([^<>]+)>;\s*rel="next"/.exec(headers.get('Link') ?? '')?.[1];
  return next ? (new URL(next, window.location.origin).searchParams.get('cursor') ?? undefined) : undefined;
};

/** How often to read again, in milliseconds: always, or as what was read asks for. */
type Refetch<Row> = number | false | ((rows: Row[]) => number | false);

/** Reads a list along its `Link: rel="next"`. */
export function useKeyset<Row>(
  key: readonly unknown[],
  page: (cursor: string | undefined, signal: AbortSignal) => Promise<Answer<Row[]>>,
  { refetchInterval = false, enabled = true }: { refetchInterval?: Refetch<Row>; enabled?: boolean } = {},
): Keyset<Row> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => page(pageParam, signal),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: (last) => cursorOf(last.headers),
    refetchInterval: ({ state }) =>
      typeof refetchInterval === 'function'
        ? refetchInterval(state.data?.pages.flatMap(({ body }) => body) ?? [])
        : refetchInterval,
    enabled,
  });
  const pages = query.data?.pages ?? [];
  const total = pages[0]?.headers.get('X-Total-Count');
  return {
    rows: pages.flatMap(({ body }) => body),
    total: total ? Number(total) : undefined,
    hasMore: query.hasNextPage,
    isPending: query.isPending,
    isLoadingMore: query.isFetchingNextPage,
    error: query.error,
    loadMore: () => void query.fetchNextPage(),
    refetch: () => void query.refetch(),
  };
}
