import { useQuery } from '@tanstack/react-query';
import { api, read } from '../../api/client';
import { isRunning } from './progress';

/** While something is sent, in milliseconds: as often as the service counts anew. */
const MOVING = 5_000;
/** Otherwise: what needs attention comes without anybody doing anything here. */
const CALM = 60_000;

/** Each is asked for by itself: the shop's figures take longer than the others where there are millions of purchases. */
export const useShop = () =>
  useQuery({
    queryKey: ['overview', 'shop'],
    queryFn: ({ signal }) => read(api.GET('/overview/shop', { signal })),
    staleTime: CALM,
  });

export const useAttention = () =>
  useQuery({
    queryKey: ['overview', 'attention'],
    queryFn: ({ signal }) => read(api.GET('/overview/attention', { signal })),
    refetchInterval: CALM,
  });

export const useDelivery = () =>
  useQuery({
    queryKey: ['overview', 'delivery'],
    queryFn: ({ signal }) => read(api.GET('/overview/delivery', { signal })),
    refetchInterval: ({ state }) => (state.data && state.data.queued > 0 ? MOVING : CALM),
  });

export const useRecentDispatches = () =>
  useQuery({
    queryKey: ['dispatches', 'recent'],
    queryFn: ({ signal }) => read(api.GET('/dispatches', { params: { query: { limit: 6, total: false } }, signal })),
    refetchInterval: ({ state }) => (state.data?.some(isRunning) ? MOVING : false),
  });

export const useNewestSegments = () =>
  useQuery({
    queryKey: ['segments', 'newest'],
    queryFn: ({ signal }) =>
      read(
        api.GET('/segments', {
          params: { query: { is_active: true, counts: true, trend: true, limit: 8, total: false } },
          signal,
        }),
      ),
    staleTime: CALM,
  });
