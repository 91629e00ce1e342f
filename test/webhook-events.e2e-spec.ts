import { startApp, type TestApp } from './support/app';
import { type StubServer, startStubServer } from './support/stub-server';
import { subscribe } from './support/webhooks';

const ALL = ['dispatch.dispatched', 'dispatch.finished', 'dispatch.failed', 'dispatch.cancelled', 'notification.failed'];

let app: TestApp;
let server: StubServer;
beforeEach(async () => {
  app = await startApp({ EGRESS_ALLOW: ['127.0.0.1'] });
  server = await startStubServer((_req, res) => void res.writeHead(204).end());
  await subscribe(app, server, ALL);
});
let other: TestApp | undefined;
afterEach(async () => {
  await other?.close();
  other = undefined;
  await app.close();
  await server.close();
});

interface Told {
  type: string;
  data: Record<string, unknown>;
}
/** What was told by now, in the order of what happened. */
const told = async (count: number): Promise<Told[]> => {
  await server.received(count);
  return server.requests
    .map(({ body }) => JSON.parse(body) as Told & { timestamp: string })
    .sort((a, b) => a.timestamp.localeCompare(b.timestamp))
    .map(({ type, data }) => ({ type, data }));
};
const campaignTo = async (customers: number) => {
  await app.make.customers(customers);
  return app.make.campaign([await app.make.segment({})]);
};
const settle = async (
  id: string,
  outcome: 'sent' | 'failed',
  body: object = {},
): Promise<{ id: string; user_id: string }> => {
  const [one] = (await app.api.get('/notifications').query({ dispatch_id: id, status: 'queued', limit: 1 }).expect(200))
    .body;
  await app.api.post(`/notifications/${one.id}/mark-${outcome}`).send(body).expect(200);
  return one;
};

it('a dispatch tells when all of it is queued, which of it failed for good, and once when all of it is settled', async () => {
  const campaign = await campaignTo(3);
  const { body } = await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200);
  const run = { dispatch_id: body.id as string, campaign_id: campaign.id, kind: 'campaign' };
  expect(await told(1)).toEqual([{ type: 'dispatch.dispatched', data: { ...run, matched: 3, queued: 3 } }]);

  other = await startApp({ DATABASE_URL: app.db.url, EGRESS_ALLOW: ['127.0.0.1'] });
  const failed = await settle(body.id, 'failed', { error: 'no such device' });
  await settle(body.id, 'sent');
  await settle(body.id, 'sent');
  expect((await told(3)).slice(1)).toEqual([
    {
      type: 'notification.failed',
      data: {
        notification_id: failed.id,
        campaign_id: campaign.id,
        dispatch_id: body.id,
        user_id: failed.user_id,
        error: 'no such device',
      },
    },
    { type: 'dispatch.finished', data: { ...run, queued: 3, sent: 2, failed: 1, cancelled: 0 } },
  ]);

  // another one is finished, too: whoever looked for it has looked at the first again
  await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200);
  expect((await told(5)).slice(3).map(({ type }) => type)).toEqual(['dispatch.dispatched', 'dispatch.finished']);
  expect(server.requests).toHaveLength(5);
});

it('a dispatch that is cancelled tells so, and that it is finished, with what had become of it', async () => {
  const campaign = await campaignTo(3);
  const { body } = await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200);
  await settle(body.id, 'sent');
  await app.api.post(`/dispatches/${body.id}/cancel`).expect(200);
  await app.api.post(`/dispatches/${body.id}/cancel`).expect(200); // it is already: nothing new
  const run = { dispatch_id: body.id as string, campaign_id: campaign.id, kind: 'campaign' };
  expect((await told(3)).slice(1)).toEqual([
    { type: 'dispatch.cancelled', data: { ...run, error: null } },
    { type: 'dispatch.finished', data: { ...run, queued: 3, sent: 1, failed: 0, cancelled: 2 } },
  ]);
});

it('a cancellation that is refused is told to nobody', async () => {
  const campaign = await campaignTo(1);
  const { body } = await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200);
  await settle(body.id, 'sent');
  await told(2);
  await app.db.query('UPDATE dispatches SET announced_at = NULL'); // were it cancelled, its end would be told again
  await app.api.post(`/dispatches/${body.id}/cancel`).expect(409);
  const last = (await told(3)).map(({ type }) => type);
  expect(last).toEqual(['dispatch.dispatched', 'dispatch.finished', 'dispatch.finished']);
});

it('a dispatch that fails tells why, and nothing follows', async () => {
  const campaign = await campaignTo(2);
  await app.api.post(`/campaigns/${campaign.id}/dispatch`).send({ expected_count: 5 }).expect(409);
  expect(await told(1)).toEqual([
    {
      type: 'dispatch.failed',
      data: {
        dispatch_id: expect.any(String),
        campaign_id: campaign.id,
        kind: 'campaign',
        error: 'audience-moved',
        detail: expect.stringMatching(/5 customers were expected/),
      },
    },
  ]);
});

it('a campaign that has expired tells that its run was cancelled, and why', async () => {
  const campaign = await campaignTo(2);
  const { body } = await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200);
  await app.db.query('UPDATE dispatches SET not_after = now()');
  const run = { dispatch_id: body.id as string, campaign_id: campaign.id, kind: 'campaign' };
  expect((await told(3)).slice(1)).toEqual([
    { type: 'dispatch.cancelled', data: { ...run, error: 'campaign-expired' } },
    { type: 'dispatch.finished', data: { ...run, queued: 2, sent: 0, failed: 0, cancelled: 2 } },
  ]);
});

it('a test tells that it is one, a dry run nothing, and what is paused waits with its end', async () => {
  const campaign = await campaignTo(1);
  const [{ user_id }] = await app.db.query<{ user_id: string }>('SELECT id AS user_id FROM users');
  const test = async (): Promise<string> =>
    (
      await app.api
        .post(`/campaigns/${campaign.id}/test-send`)
        .send({ user_ids: [user_id] })
        .expect(200)
    ).body.id;
  await app.api.post(`/campaigns/${campaign.id}/dispatch`).query({ dry_run: true }).expect(200);
  const paused = await test();
  expect(await told(1)).toMatchObject([{ type: 'dispatch.dispatched', data: { kind: 'test', dispatch_id: paused } }]);

  await app.api.post(`/dispatches/${paused}/pause`).expect(200);
  await app.api.post(`/notifications/${paused}:${user_id}/mark-sent`).expect(200);
  const other = await test();
  await settle(other, 'sent');
  const finished = (events: Told[]) =>
    events.filter(({ type }) => type === 'dispatch.finished').map(({ data }) => data.dispatch_id);
  expect(finished(await told(3))).toEqual([other]);
  await app.api.post(`/dispatches/${paused}/resume`).expect(200);
  expect(finished(await told(4))).toEqual([other, paused]);
});
