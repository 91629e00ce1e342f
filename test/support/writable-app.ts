import type { Test } from 'supertest';
import { filterList } from '../../src/segments/filters';
import { startApp, type TestApp } from './app';
import { type FakeOllama, startFakeOllama } from './fake-ollama';
import type { Write } from './writes';

/** An app in which every write of the API document has something to write to, and a model that answers. */
export interface WritableApp extends TestApp {
  ollama: FakeOllama;
  /** Ids of 51 segments: one more than a campaign may have. */
  segments: string[];
  /** A body that the write takes, with every field it can have but those that ask the model. */
  goodBody(write: Write): object;
  /** The write, with this text as its body. */
  write(write: Write, body: string): Test;
}

export async function startWritableApp(): Promise<WritableApp> {
  const ollama = await startFakeOllama();
  const app = await startApp({ OLLAMA_HOST: ollama.url });
  const { make, api } = app;
  await make.customers(2);
  const segments = await Promise.all(Array.from({ length: 51 }, async () => (await make.segment({})).id));
  const campaign = await make.campaign([{ id: segments[0] }]);
  await api.post(`/campaigns/${campaign.id}/dispatch`).expect(200);
  const [sent, failed] = (await api.get('/notifications').expect(200)).body;

  const paths: Record<string, string> = {
    '/segments/{segment_id}': `/segments/${segments[0]}`,
    '/segments/{segment_id}/preview-users': `/segments/${segments[0]}/preview-users`,
    '/campaigns/{campaign_id}': `/campaigns/${campaign.id}`,
    '/campaigns/{campaign_id}/preview-users': `/campaigns/${campaign.id}/preview-users`,
    '/campaigns/{campaign_id}/dispatch': `/campaigns/${campaign.id}/dispatch`,
    '/notifications/{notification_id}/mark-sent': `/notifications/${sent.id}/mark-sent`,
    '/notifications/{notification_id}/mark-failed': `/notifications/${failed.id}/mark-failed`,
  };
  const segment = {
    name: 'Good',
    description: 'Good',
    filters: {
      ...Object.fromEntries(filterList.map(({ key, example }) => [key, example])),
      rfm: { window_days: 365, recency: [4, 5], cut_points: { recency_days: [7, 30, 90, 365] } },
    },
  };
  const trees: Record<string, object> = {
    AllRule: { all: [{}] },
    AnyRule: { any: [{}] },
    NotRule: { not: {} },
    SegmentRule: { segment_id: segments[1] },
  };
  const goodCampaign = { name: 'Good', description: 'Good', message: 'Good', segment_ids: [segments[0]] };
  const bodies: Record<string, object> = {
    'POST /segments': segment,
    'PATCH /segments/{segment_id}': segment,
    'POST /segments/preview': { filters: segment.filters },
    'POST /segments/overlap': { segment_ids: segments.slice(0, 2) },
    'POST /campaigns': goodCampaign,
    'PATCH /campaigns/{campaign_id}': goodCampaign,
    'POST /ai/generate': { prompt: 'Good', system: 'Good', temperature: 1, max_tokens: 10 },
  };
  return {
    ...app,
    ollama,
    segments,
    goodBody: ({ operation, form }) => ({ ...bodies[operation], ...(form && { filters: trees[form] }) }),
    write: ({ method, path }, body) =>
      api[method as 'post' | 'patch'](paths[path] ?? path)
        .set('If-Match', '*')
        .type('application/json')
        .send(body),
    close: async () => {
      await app.close();
      await ollama.close();
    },
  };
}
