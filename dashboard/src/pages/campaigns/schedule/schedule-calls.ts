import { answer, api, type Schema } from '../../../api/client';
import { ApiProblem } from '../../../api/problem';

/** A schedule and its version. */
export interface LoadedSchedule {
  schedule: Schema<'ScheduleView'>;
  etag: string;
}

export const scheduleKey = (campaignId: string) => ['campaigns', campaignId, 'schedule'] as const;

/** Null where the campaign has none. */
export async function loadSchedule(campaignId: string, signal?: AbortSignal): Promise<LoadedSchedule | null> {
  try {
    const { body, headers } = await answer(
      api.GET('/campaigns/{campaign_id}/schedule', { params: { path: { campaign_id: campaignId } }, signal }),
    );
    return { schedule: body, etag: headers.get('ETag') ?? '*' };
  } catch (error) {
    if (error instanceof ApiProblem && error.type === 'schedule-not-found') return null;
    throw error;
  }
}

/** `etag`: of the schedule that is replaced; undefined where there is none. */
export async function putSchedule(
  campaignId: string,
  body: Schema<'ScheduleRequest'>,
  etag: string | undefined,
): Promise<void> {
  await api.PUT('/campaigns/{campaign_id}/schedule', {
    params: { path: { campaign_id: campaignId }, header: { 'If-Match': etag } },
    body,
  });
}

export async function deleteSchedule(campaignId: string, etag: string): Promise<void> {
  await api.DELETE('/campaigns/{campaign_id}/schedule', {
    params: { path: { campaign_id: campaignId }, header: { 'If-Match': etag } },
  });
}
