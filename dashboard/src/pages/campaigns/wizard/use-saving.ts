import { useRef, useState } from 'react';
import { useOnce } from '../../../api/idempotency-key';
import { ApiProblem } from '../../../api/problem';
import { useAction } from '../../../components/use-action';
import { createCampaign, type Loaded, loadCampaign, updateCampaign } from '../campaign-calls';
import { bodyOf, changesOf, type Draft } from './draft';

/** What was opened, or saved last. */
interface Base {
  draft: Draft;
  loaded: Loaded | undefined;
}

/** Saves a draft, once at a time. Where somebody else saved it meanwhile, `theirs` is what there is now, and nothing was written. */
export function useSaving() {
  const once = useOnce();
  const made = useRef<Loaded>(undefined);
  const [theirs, setTheirs] = useState<Loaded>();

  async function send(base: Base, draft: Draft, asDraft: boolean): Promise<Loaded> {
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

  const { run, isBusy, error } = useAction(
    async (base: Base, draft: Draft, { asDraft }: { asDraft: boolean }): Promise<Loaded | undefined> => {
      try {
        return await send(base, draft, asDraft);
      } catch (problem) {
        const isOverwritten = problem instanceof ApiProblem && problem.type === 'precondition-failed';
        if (!isOverwritten || !base.loaded) throw problem;
        setTheirs(await loadCampaign(base.loaded.campaign.id));
        return undefined;
      }
    },
  );

  return {
    isBusy,
    error,
    theirs,
    settled: () => setTheirs(undefined),
    /** What is saved now; undefined where it is not. */
    save: run,
  };
}
