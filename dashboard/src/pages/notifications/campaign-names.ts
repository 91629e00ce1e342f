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

/** A campaign by the name it has now; the beginning of the id while it is read. */
export function useCampaignName(id: string): string {
  const { data } = useQuery({
    queryKey: ['campaigns', id, 'name'],
    queryFn: async ({ signal }) =>
      (await read(api.GET('/campaigns/{campaign_id}', { params: { path: { campaign_id: id } }, signal }))).name,
    staleTime: STALE_MS,
  });
  return data ?? id.slice(0, 8);
}
