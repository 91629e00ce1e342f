import type { useOnce } from '../../../api/idempotency-key';
import { ApiProblem } from '../../../api/problem';
import { useAction } from '../../../components/use-action';
import { startDispatch } from '../campaign-calls';

/**
 * Sends a campaign to as many customers as were confirmed, and to no other number: the tolerance is 0, since the number was typed by
 * somebody who saw it. A second call while one is under way does nothing, and one after a lost answer repeats the same request by the same
 * key. `onMoved`: others would get it than were confirmed. `once` belongs to whoever outlives the dialog, so that closing it does not forget the key.
 */
export function useSend(campaignId: string, once: ReturnType<typeof useOnce>, onMoved: () => void) {
  return useAction(
    async (expected: number) => {
      const body = { expected_count: expected, tolerance: 0 };
      try {
        return await once(['send', campaignId, body], (key) => startDispatch(campaignId, { dryRun: false, body, key }));
      } catch (problem) {
        if (problem instanceof ApiProblem && problem.type === 'audience-moved') onMoved();
        throw problem;
      }
    },
    { untilDone: true },
  );
}
