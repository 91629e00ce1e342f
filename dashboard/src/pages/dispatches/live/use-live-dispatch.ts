import { useDocumentVisibility } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { api, read, type Schema } from '../../../api/client';
import { isOver } from '../../../components/dispatch-progress';
import { session } from '../../../session/session';
import { follow, type Following } from './follow';

type Dispatch = Schema<'DispatchView'>;

/** How what is shown keeps up; `lost`: it does not, nobody answers. */
export type Shown = Following | 'lost';

const ASK_EVERY_MS = 3_000;

export const dispatchKey = (id: string) => ['dispatches', id] as const;

/**
 * A dispatch, kept true while it can change and somebody looks at it: by events, and by asking while there is no stream. A hidden tab
 * listens to nothing, and catches up when it is looked at again.
 */
export function useLiveDispatch(id: string) {
  const queries = useQueryClient();
  const [following, setFollowing] = useState<Following>('over');
  const isVisible = useDocumentVisibility() === 'visible';
  const isSignedIn = useSyncExternalStore(session.subscribe, session.state) === 'signed-in';
  const query = useQuery({
    queryKey: dispatchKey(id),
    queryFn: ({ signal }) => read(api.GET('/dispatches/{dispatch_id}', { params: { path: { dispatch_id: id } }, signal })),
    refetchInterval: ({ state }) => (following === 'asking' && state.data && !isOver(state.data) ? ASK_EVERY_MS : false),
  });
  const isOpen = query.data !== undefined && !isOver(query.data);
  const isWatching = isOpen && isVisible && isSignedIn;
  useEffect(() => {
    if (!isWatching) return;
    const leaving = new AbortController();
    void follow({
      open: async (signal) => {
        const { data } = await api.GET('/dispatches/{dispatch_id}/events', {
          params: { path: { dispatch_id: id } },
          parseAs: 'stream',
          signal,
        });
        return data as ReadableStream<Uint8Array>;
      },
      see: (state) => queries.setQueryData<Dispatch>(dispatchKey(id), JSON.parse(state) as Dispatch),
      tell: (how) => {
        setFollowing(how);
        // an answer that was under way may be older than the last event
        if (how === 'over') void queries.invalidateQueries({ queryKey: dispatchKey(id) });
      },
      signal: leaving.signal,
    });
    return () => leaving.abort();
  }, [id, isWatching, queries]);
  const isLost = following === 'asking' && query.error !== null;
  const shown: Shown = !isOpen ? 'over' : isLost ? 'lost' : following;
  return { ...query, following: shown, isWatching: isWatching && !isLost };
}
