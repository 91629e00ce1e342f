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
  /** Ids of 101 customers: one more than a test may go to. */
  customers: string[];
  /** A body that the write takes, with every field it can have but those that ask the model. */
  goodBody(write: Write): object;
  /** The write, with this text as its body. */
  write(write: Write, body: string): Test;
}

export async function startWritableApp(): Promise<WritableApp> {
  const ollama = await startFakeOllama();
  const app = await startApp({ OLLAMA_HOST: ollama.url, EGRESS_ALLOW: ['127.0.0.1:9'] });
  const { make, api } = app;
  const customers = (await make.customers(101)).map(({ id }) => id);
  const segments = await Promise.all(Array.from({ length: 51 }, async () => (await make.segment({})).id));
  const [campaign, edited, stopped] = await Promise.all([1, 2, 3].map(() => make.campaign([{ id: segments[0] }])));
  // everybody has the campaign, so that dispatching it again targets nobody: no count is too large to be expected of that
  const whole = (await api.post(`/campaigns/${campaign.id}/dispatch`).expect(200)).body;
  const [sent, failed] = (await api.get('/notifications').expect(200)).body;
  const dispatch = (await api.post(`/campaigns/${stopped.id}/dispatch`).expect(200)).body;

  const webhook = { url: 'http://127.0.0.1:9/hook', events: ['dispatch.failed'], description: 'Good' };
  const { id: hook } = (await api.post('/webhooks').send(webhook).expect(201)).body;

  const lease = async (): Promise<string> =>
    (await api.post('/notifications/claim').send({ limit: 1, lease_seconds: 600 }).expect(200)).body.lease_token;
  const [settled, extended, released] = [await lease(), await lease(), await lease()];

  const erased = await app.make.customer({ is_active: false });
  const buyer = await app.make.customer({ is_active: false }, {});

  const paths: Record<string, string> = {
    '/segments/{segment_id}': `/segments/${segments[0]}`,
    '/segments/{segment_id}/preview-users': `/segments/${segments[0]}/preview-users`,
    '/campaigns/{campaign_id}': `/campaigns/${edited.id}`,
    '/campaigns/{campaign_id}/preview-users': `/campaigns/${campaign.id}/preview-users`,
    '/campaigns/{campaign_id}/dispatch': `/campaigns/${campaign.id}/dispatch`,
    '/campaigns/{campaign_id}/test-send': `/campaigns/${campaign.id}/test-send`,
    '/campaigns/{campaign_id}/schedule': `/campaigns/${campaign.id}/schedule`,
    '/campaigns/{campaign_id}/render': `/campaigns/${campaign.id}/render?user_id=${sent.user_id}`,
    '/dispatches/{dispatch_id}/pause': `/dispatches/${dispatch.id}/pause`,
    '/dispatches/{dispatch_id}/resume': `/dispatches/${dispatch.id}/resume`,
    '/dispatches/{dispatch_id}/cancel': `/dispatches/${dispatch.id}/cancel`,
    '/dispatches/{dispatch_id}/redrive': `/dispatches/${whole.id}/redrive`,
    '/notifications/{notification_id}/mark-sent': `/notifications/${sent.id}/mark-sent`,
    '/notifications/{notification_id}/mark-failed': `/notifications/${failed.id}/mark-failed`,
    '/customers/{user_id}/erase': `/customers/${erased.id}/erase`,
    '/ai/preferences/{user_id}': `/ai/preferences/${buyer.id}`,
    '/webhooks/{webhook_id}': `/webhooks/${hook}`,
    '/webhooks/{webhook_id}/rotate-secret': `/webhooks/${hook}/rotate-secret`,
    '/webhooks/{webhook_id}/test': `/webhooks/${hook}/test`,
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
  const goodCampaign = {
    name: 'Good',
    description: 'Good',
    title: 'Good',
    message: 'Good',
    segment_ids: [segments[0]],
    excluded_segment_ids: [segments[1]],
    channel: 'email',
    frequency_cap: { max: 3, per_days: 7 },
    holdout_percent: 10,
    once_per_customer: false,
    not_after: '2200-01-01T00:00:00Z',
  };
  const nextYear = new Date().getUTCFullYear() + 1; // a recurrence that begins in more than ten years is refused
  const bodies: Record<string, object> = {
    'POST /segments': segment,
    'PATCH /segments/{segment_id}': segment,
    'POST /segments/preview': { filters: segment.filters },
    'POST /segments/overlap': { segment_ids: segments.slice(0, 2) },
    'POST /campaigns': goodCampaign,
    'PATCH /campaigns/{campaign_id}': { ...goodCampaign, is_active: true },
    'POST /campaigns/{campaign_id}/dispatch': { as_of: '2026-01-01T00:00:00Z', expected_count: 0, tolerance: 1 },
    'POST /campaigns/{campaign_id}/test-send': { user_ids: customers.slice(0, 2) },
    'PUT /campaigns/{campaign_id}/schedule': {
      scheduled_at: `${nextYear}-06-01T09:00`,
      time_zone: 'Europe/Madrid',
      recurrence: 'FREQ=DAILY',
      max_lateness_minutes: 60,
    },
    'POST /suppressions': {
      user_id: sent.user_id,
      channel: 'email',
      reason: 'other',
      source: 'Good',
      expires_at: '2200-01-01T00:00:00Z',
    },
    'POST /notifications/settle': { lease_token: settled },
    'POST /notifications/extend': { lease_token: extended, lease_seconds: 60 },
    'POST /notifications/release': { lease_token: released },
    'POST /webhooks': webhook,
    'PATCH /webhooks/{webhook_id}': { ...webhook, is_active: true },
    'POST /ai/segments': { prompt: 'Good' },
    'POST /ai/messages': {
      goal: 'Good',
      segment_ids: [segments[0]],
      tone: 'formal',
      language: 'ca',
      channel: 'email',
      variants: 1,
    },
    'POST /ai/generate': { prompt: 'Good', system: 'Good', temperature: 1, max_tokens: 10 },
  };
  return {
    ...app,
    ollama,
    segments,
    customers,
    goodBody: ({ operation, form }) => ({ ...bodies[operation], ...(form && { filters: trees[form] }) }),
    write: ({ method, path }, body) =>
      api[method as 'post' | 'patch' | 'put'](paths[path] ?? path)
        .set('If-Match', '*')
        .type('application/json')
        .send(body),
    close: async () => {
      await app.close();
      await ollama.close();
    },
  };
}
