import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { answer, api, type Schema } from '../../../api/client';
import { useOnce } from '../../../api/idempotency-key';
import { ApiProblem } from '../../../api/problem';
import { done } from '../../../components/notify';
import { useAction } from '../../../components/use-action';
import type { Definition } from '../definition-lines';
import { toApi } from '../rules/rule';
import { segmentQuery } from '../segment-queries';

interface Saved {
  segment: Schema<'SegmentView'>;
  etag: string;
}

const isOverwritten = (problem: unknown): boolean => problem instanceof ApiProblem && problem.status === 412;

/**
 * Saves a segment, and then shows it. `loaded` is what was opened; undefined makes a new one. Where somebody else changed it since,
 * nothing is saved and `isConflict` is true until it is decided whose it is.
 */
export function useSaveSegment(loaded: Saved | undefined) {
  const { t } = useTranslation('segments');
  const navigate = useNavigate();
  const queries = useQueryClient();
  const once = useOnce();
  const [base, setBase] = useState(loaded);
  const [isConflict, setIsConflict] = useState(false);
  const [saved, setSaved] = useState<Saved>();

  async function send({ name, description, filters }: Definition, etag?: string): Promise<Saved> {
    const body = { name, description, filters: toApi(filters) };
    const { body: segment, headers } = base
      ? await answer(
          api.PATCH('/segments/{segment_id}', {
            params: { path: { segment_id: base.segment.id }, header: { 'If-Match': etag ?? base.etag } },
            body,
          }),
        )
      : await once(body, (key) => answer(api.POST('/segments', { params: { header: { 'Idempotency-Key': key } }, body })));
    return { segment, etag: headers.get('ETag') ?? '*' };
  }

  async function save(definition: Definition, etag?: string): Promise<void> {
    const now = await send(definition, etag).catch((problem: unknown) => {
      setIsConflict(isOverwritten(problem));
      throw problem;
    });
    setIsConflict(false);
    queries.setQueryData(segmentQuery(now.segment.id).queryKey, now);
    void queries.invalidateQueries({
      queryKey: ['segments'],
      predicate: ({ queryKey: [, of] }) => of !== now.segment.id && of !== 'filters' && of !== 'preview',
      refetchType: 'none',
    });
    done(t('builder.saved', { name: now.segment.name }));
    setSaved(now);
  }
  const { run, isBusy, error } = useAction(save, { untilDone: true });

  // once nothing is left to guard
  useEffect(() => {
    if (saved) void navigate(`/segments/${saved.segment.id}`);
  }, [saved, navigate]);
  return {
    /** What is saved: what changes are compared with. */
    base,
    save: (definition: Definition, etag?: string): void => void run(definition, etag),
    isSaving: isBusy,
    isSaved: saved !== undefined,
    /** Why it was not saved, unless that is being decided. */
    error: isOverwritten(error) ? undefined : error,
    isConflict,
    dismissConflict: () => setIsConflict(false),
    loadTheirs: async (): Promise<Saved> => {
      if (!base) throw new Error('A new segment is nobody else’s');
      const theirs = await queries.fetchQuery({ ...segmentQuery(base.segment.id), staleTime: 5_000 });
      setBase(theirs);
      setIsConflict(false);
      return theirs;
    },
  };
}
