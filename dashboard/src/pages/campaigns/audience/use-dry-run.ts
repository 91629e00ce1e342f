import { useQuery } from '@tanstack/react-query';
import { newKey } from '../../../api/idempotency-key';
import { startDispatch } from '../campaign-calls';

/**
 * Whom a campaign would reach. `version` is what was looked at: of another version there is another dry run, and the same one is not made
 * twice by looking twice. `refetch` looks again.
 */
export const useDryRun = (
  campaignId: string,
  version: string,
  { enabled, kept = true }: { enabled: boolean; kept?: boolean },
) =>
  useQuery({
    queryKey: ['dry-run', campaignId, version],
    queryFn: ({ signal }) => startDispatch(campaignId, { dryRun: true, body: {}, key: newKey(), signal }),
    enabled,
    staleTime: Infinity,
    gcTime: kept ? 600_000 : 0,
  });
