import { useRef, useState } from 'react';
import { useOnce } from '../../../api/idempotency-key';
import { ApiProblem } from '../../../api/problem';
import { createCampaign, type Loaded, loadCampaign, updateCampaign } from '../campaign-calls';
import { bodyOf, changesOf, type Draft } from './draft';

/** Saves a draft, once at a time. Where somebody else saved it meanwhile, `theirs` is what there is now, and nothing was written. */
export function useSaving() {
  const once = useOnce();
  const busy = useRef(false);
  const made = useRef<Loaded>(undefined);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [theirs, setTheirs] = useState<Loaded>();

  async function send(base: { draft: Draft; loaded: Loaded | undefined }, draft: Draft, asDraft: boolean): Promise<Loaded> {
    if (base.loaded) {
      const changes = changesOf(base.draft, draft);
      if (Object.keys(changes).length === 0) return base.loaded;
      return updateCampaign(base.loaded.campaign.id, changes, base.loaded.etag);
    }
    const body = bodyOf(draft);
    // made already, where switching it off failed before
    const before = made.current;
    if (before) return updateCampaign(before.campaign.id, { ...body, is_active: !asDraft }, before.etag);
    const created = await once(['create', body], (key) => createCampaign(body, key));
    if (!asDraft) return created;
    made.current = created;
    return updateCampaign(created.campaign.id, { is_active: false }, created.etag);
  }

  return {
    isBusy,
    error,
    theirs,
    settled: () => setTheirs(undefined),
    /** What is saved now; undefined where it is not. */
    async save(
      base: { draft: Draft; loaded: Loaded | undefined },
      draft: Draft,
      { asDraft }: { asDraft: boolean },
    ): Promise<Loaded | undefined> {
      if (busy.current) return undefined;
      busy.current = true;
      setBusy(true);
      setError(undefined);
      try {
        return await send(base, draft, asDraft);
      } catch (problem) {
        const isOverwritten = problem instanceof ApiProblem && problem.type === 'precondition-failed' && base.loaded;
        if (isOverwritten) await loadCampaign(isOverwritten.campaign.id).then(setTheirs, setError);
        else setError(problem);
        return undefined;
      } finally {
        busy.current = false;
        setBusy(false);
      }
    },
  };
}
