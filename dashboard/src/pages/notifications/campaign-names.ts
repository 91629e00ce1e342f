import { useQuery } from '@tanstack/react-query';
import { api, read } from '../../api/client';

const STALE_MS = 5 * 60_000;
const MOST = 1000;

/** The campaigns by id and name, read once: notifications name them by id only. */
export function useCampaignNames() {
  const { data } = useQuery({
    queryKey: ['campaigns', 'names'],
    queryFn: async ({ signal }) => {
      const campaigns = await read(api.GET('/campaigns', { params: { query: { limit: MOST, total: false } }, signal }));
      return campaigns.map(({ id, name }) => ({ id, name }));
    },
    staleTime: STALE_MS,
  });
  return {
    campaigns: data ?? [],
    nameOf: (id: string): string => data?.find((campaign) => campaign.id === id)?.name ?? id.slice(0, 8),
  };
}
