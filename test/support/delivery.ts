import type { ClaimView, ExtendView, ReleaseView, SettleRequest, SettleView } from '../../src/notifications/delivery.dto';
import type { NotificationView } from '../../src/notifications/notification.dto';
import { type TestApp, WORKER_TOKEN } from './app';
import { crowd } from './dispatching';

export interface Dispatched {
  campaign: string;
  dispatch: string;
  /** Its customers, and the ids of their notifications; both in the order in which they are handed out. */
  users: string[];
  ids: string[];
}

export interface Claimed extends ClaimView {
  lease_token: string;
  lease_until: string;
  ids: string[];
}

const LEDGER = [
  'dispatch_redrives',
  'notification_attempts',
  'notification_retries',
  'notification_leases',
  'settle_receipts',
  'suppressions',
  'notifications',
  'dispatch_lanes',
  'dispatches',
];

/** For beforeEach, where tests share an app: what was dispatched before is gone, with all that was known of it. */
export async function forget(app: TestApp): Promise<void> {
  for (const table of LEDGER) await app.db.query('DELETE FROM ' + table);
}

let tags = 0;

/** A campaign over so many new customers, dispatched. */
export async function dispatched(
  app: TestApp,
  customers: number,
  rules: object = {},
  message = 'See you at the market!',
  preferences: object = {},
): Promise<Dispatched> {
  const tag = `crowd-${++tags}`;
  const users = await crowd(app.db, customers, { ...preferences, tag });
  const campaign = await app.make.campaign([await app.make.segment({ preferences_contains: { tag } })], message, rules);
  const { body } = await app.api.post(`/campaigns/${campaign.id}/dispatch`).expect(200);
  return { campaign: campaign.id, dispatch: body.id, users, ids: users.map((user) => `${body.id}:${user}`) };
}

/** What a worker says to the service. Where an answer is expected, anything else fails the test. */
export function workerOf(app: TestApp) {
  const agent = app.as(WORKER_TOKEN);
  const call = (verb: 'claim' | 'settle' | 'extend' | 'release', body: object) =>
    agent.post(`/notifications/${verb}`).send(body);
  const claim = async (body: object = {}): Promise<Claimed> => {
    const view: ClaimView = (await call('claim', body).expect(200)).body;
    return { ...(view as Claimed), ids: view.notifications.map(({ id }) => id) };
  };
  const settle = async (lease_token: string, what: Omit<SettleRequest, 'lease_token'>): Promise<SettleView> =>
    (await call('settle', { lease_token, ...what }).expect(200)).body;
  return {
    call,
    claim,
    settle,
    sent: (lease_token: string, ids: string[]) => settle(lease_token, { sent: ids.map((id) => ({ id })) }),
    failed: (lease_token: string, ids: string[], how: object = {}) =>
      settle(lease_token, { failed: ids.map((id) => ({ id, error: 'mailbox full', ...how })) }),
    extend: async (lease_token: string, lease_seconds: number): Promise<ExtendView> =>
      (await call('extend', { lease_token, lease_seconds }).expect(200)).body,
    release: async (lease_token: string): Promise<ReleaseView> => (await call('release', { lease_token }).expect(200)).body,
  };
}

/** Lets a lease run out. Somebody else has it from the next claim on. */
export const expire = (app: TestApp, { lease_token }: ClaimView): Promise<unknown> =>
  app.db.query(`UPDATE notification_leases SET lease_until = now() - interval '1 s' WHERE lease_token = $1`, [lease_token]);

/** Lets the time pass until everything that waits to be tried again is due. */
export const comeDue = (app: TestApp): Promise<unknown> =>
  app.db.query(`UPDATE notification_retries SET due_at = now() - interval '1 s' WHERE due_at > now()`);

/** Claims what there is, also what is due in a moment only. */
export async function claimDue(app: TestApp, body: object = {}): Promise<Claimed> {
  const worker = workerOf(app);
  const lease = await worker.claim(body);
  if (lease.ids.length > 0) return lease;
  await comeDue(app);
  return worker.claim(body);
}

/** Something is claimed and lost, so many times. @returns what was lost each time */
export async function lose(app: TestApp, times: number, body: object = {}): Promise<Claimed[]> {
  const leases: Claimed[] = [];
  while (leases.length < times) {
    const lease = await claimDue(app, body);
    await expire(app, lease);
    leases.push(lease);
  }
  return leases;
}

export const show = async (app: TestApp, id: string): Promise<NotificationView> =>
  (await app.api.get(`/notifications/${id}`).expect(200)).body;

/** How many notifications of a dispatch are in each status. */
export const progressOf = async (app: TestApp, { dispatch }: Dispatched): Promise<Record<string, number>> =>
  (await app.api.get(`/dispatches/${dispatch}`).expect(200)).body.progress;

/** Sum over lanes, and whether it agrees with the rows themselves. */
export async function reconcile(app: TestApp, { dispatch }: Dispatched): Promise<{ sent: number; failed: number }> {
  const [lanes] = await app.db.query<{ sent: number; failed: number }>(
    'SELECT sum(sent)::int AS sent, sum(failed)::int AS failed FROM dispatch_lanes WHERE dispatch_id = $1',
    [dispatch],
  );
  const [counted] = await app.db.query(
    `SELECT (count(*) FILTER (WHERE state = 2))::int AS sent, (count(*) FILTER (WHERE state = 3))::int AS failed
     FROM notifications WHERE dispatch_id = $1`,
    [dispatch],
  );
  expect(counted).toEqual(lanes);
  return lanes;
}
