import type { Channel } from '../../src/common/channels';
import { type Config, loadConfig } from '../../src/config/config';
import { startApp, type TestApp } from './app';
import { seen } from './dispatching';
import { eventually } from './eventually';

export const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 'test').toString('base64')}`;

/** The service with the sender in it. Settings are given as an environment gives them; the database's address as `through` makes it. */
export const startSending = (env: Record<string, string>, through = (url: string) => url): Promise<TestApp> => {
  const defaults = { ROLES: 'api,dispatcher,sender', EGRESS_ALLOW: '127.0.0.1', DELIVERY_WEBHOOK_SECRET: WEBHOOK_SECRET };
  const given: Partial<Config> = loadConfig({ ...defaults, ...env });
  const names = [...Object.keys(defaults), ...Object.keys(env)] as (keyof Config)[];
  const settings = Object.fromEntries(names.map((name) => [name, given[name]]));
  return startApp((url) => ({ ...settings, DATABASE_URL: through(url) }));
};

/** Dispatches a campaign to everybody in one channel. @returns the dispatch's id */
export async function sendTo(app: TestApp, channel: Channel, message = 'Hello', rules: object = {}): Promise<string> {
  const segment = await app.make.segment();
  const campaign = await app.make.campaign([segment], message, { channel, ...rules });
  const call = app.api.post(`/campaigns/${campaign.id}/dispatch`).set('Prefer', 'wait=0');
  const { id } = (await call.send({}).expect(202)).body;
  await seen(app, id, 'dispatched');
  return id;
}

export interface Delivered {
  id: string;
  user_id: string;
  status: string;
  attempts: number;
  error: string | null;
  meta: Record<string, unknown>;
}

/** The notifications of this database, in the order of their customers. */
export async function notificationsOf(app: TestApp): Promise<Delivered[]> {
  const { body } = await app.api.get('/notifications').query({ limit: 1000 }).expect(200);
  return (body as Delivered[]).sort((a, b) => (a.user_id < b.user_id ? -1 : 1));
}

/** Waits until none is queued any more. */
export const settled = (app: TestApp): Promise<Delivered[]> =>
  eventually(async () => {
    const all = await notificationsOf(app);
    expect(all.filter(({ status }) => status === 'queued')).toEqual([]);
    return all;
  });

/** Nobody waits for the backoff of a retry: all of them are due now. */
export const hurry = (app: TestApp) =>
  app.db.query('UPDATE notification_retries SET due_at = now() WHERE lease_token IS NULL AND due_at > now()');

/** What is remembered of attempts that did not go the common way. */
export const attempts = (app: TestApp) => app.db.query('SELECT outcome, error FROM notification_attempts');
