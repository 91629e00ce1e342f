import { useQueries } from '@tanstack/react-query';
import { api, read } from '../../api/client';

const NAMES_STAY_MS = 5 * 60_000;

/** Segments by the names they have now; the beginning of the id while it is read, and where it is gone. */
export function useSegmentNames(ids: readonly string[]): (id: string) => string {
  const names = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['segments', id, 'name'],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (await read(api.GET('/segments/{segment_id}', { params: { path: { segment_id: id } }, signal }))).name,
      staleTime: NAMES_STAY_MS,
    })),
  });
  return (id) => names[ids.indexOf(id)]?.data ?? id.slice(0, 8);
}
