import { queryOptions, useQuery } from '@tanstack/react-query';
import { answer, api, read, type Schema } from '../../api/client';
import { ApiProblem } from '../../api/problem';

export type Campaign = Schema<'CampaignView'>;
export type Dispatch = Schema<'DispatchView'>;
export type Segment = Schema<'SegmentView'>;

/** A campaign and the version of it, which an edit has to name. */
export interface Loaded {
  campaign: Campaign;
  etag: string;
}

const loaded = ({ body, headers }: { body: Campaign; headers: Headers }): Loaded => ({
  campaign: body,
  etag: headers.get('ETag') ?? '*',
});

export const campaignQuery = (id: string) =>
  queryOptions({
    queryKey: ['campaigns', id],
    queryFn: ({ signal }) => loadCampaign(id, signal),
  });

export const loadCampaign = async (id: string, signal?: AbortSignal): Promise<Loaded> =>
  loaded(await answer(api.GET('/campaigns/{campaign_id}', { params: { path: { campaign_id: id } }, signal })));

export const createCampaign = async (body: Schema<'CreateCampaign'>, key: string): Promise<Loaded> =>
  loaded(await answer(api.POST('/campaigns', { params: { header: { 'Idempotency-Key': key } }, body })));

export const updateCampaign = async (id: string, body: Schema<'UpdateCampaign'>, etag: string): Promise<Loaded> =>
  loaded(
    await answer(
      api.PATCH('/campaigns/{campaign_id}', {
        params: { path: { campaign_id: id }, header: { 'If-Match': etag } },
        body,
      }),
    ),
  );

const MOST_SEGMENTS = 1000;

/** Every segment by its id; the newest thousand. With `counts` their sizes, too. */
export function useSegments({ counts = false }: { counts?: boolean } = {}) {
  const query = useQuery({
    queryKey: ['segments', counts ? 'sizes' : 'names'],
    queryFn: ({ signal }) =>
      read(api.GET('/segments', { params: { query: { limit: MOST_SEGMENTS, total: false, counts } }, signal })),
    staleTime: 60_000,
  });
  return { ...query, byId: new Map(query.data?.map((segment) => [segment.id, segment])) };
}

const WAIT_SECONDS = 20;
const LOOK_MS = 1000;

/** Starts a dispatch, or a dry run, and waits until it is known whom it reaches. @throws ApiProblem what ended it, too */
export async function startDispatch(
  campaignId: string,
  { dryRun, body, key, signal }: { dryRun: boolean; body: Schema<'DispatchRequest'>; key: string; signal?: AbortSignal },
): Promise<Dispatch> {
  const started = await read(
    api.POST('/campaigns/{campaign_id}/dispatch', {
      params: {
        path: { campaign_id: campaignId },
        query: { dry_run: dryRun },
        header: { Prefer: `wait=${WAIT_SECONDS}`, 'Idempotency-Key': key },
      },
      body,
      signal,
    }),
  );
  return resolved(started, signal);
}

/** A dispatch once its audience is known. @throws ApiProblem where it failed before */
async function resolved(dispatch: Dispatch, signal: AbortSignal | undefined): Promise<Dispatch> {
  let seen = dispatch;
  while (seen.status === 'resolving') {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    signal?.throwIfAborted();
    seen = await read(api.GET('/dispatches/{dispatch_id}', { params: { path: { dispatch_id: seen.id } }, signal }));
  }
  if (seen.status === 'failed' && seen.error) {
    const { type, detail, ...figures } = seen.error;
    throw new ApiProblem(type, 409, detail, [], figures, undefined);
  }
  return seen;
}
