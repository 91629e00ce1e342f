import { DispatchSteps, type StepOutcome } from '../../src/campaigns/dispatch/dispatch-steps';
import type { DispatchView } from '../../src/campaigns/dispatch/dispatch.dto';
import { problemFromDatabase } from '../../src/database/pg-errors';
import type { TestApp } from './app';
import type { FreshDatabase } from './database';
import { eventually } from './eventually';

const NEVER = new AbortController().signal;

/**
 * Makes the next step of a dispatch: its audience, a chunk, or its end. For an app that does not dispatch by itself. `busy` also where it met
 * a pause and a resume while it froze the audience: then a dispatcher makes it again.
 */
export async function step(app: TestApp, id: string): Promise<StepOutcome> {
  try {
    return await app.nest.get(DispatchSteps).next(id, NEVER);
  } catch (error) {
    if (problemFromDatabase(error)?.type === 'database-busy') return 'busy';
    throw error;
  }
}

/** Makes its steps until nothing is left to do, or somebody paused it. */
export async function drain(app: TestApp, id: string): Promise<void> {
  for (;;) {
    const outcome = await step(app, id);
    if (outcome !== 'done' && !['resolving', 'writing'].includes((await look(app, id)).status)) return;
  }
}

/** Begins a dispatch without waiting for it. @returns its id */
export async function begin(app: TestApp, campaign: { id: string }, body: object = {}, query: object = {}): Promise<string> {
  const call = app.api.post(`/campaigns/${campaign.id}/dispatch`).query(query).set('Prefer', 'wait=0');
  return (await call.send(body).expect(202)).body.id;
}

export const look = async (app: TestApp, id: string): Promise<DispatchView> =>
  (await app.api.get(`/dispatches/${id}`).expect(200)).body;

/** Waits until it is in this status. */
export const seen = (app: TestApp, id: string, status: DispatchView['status']): Promise<DispatchView> =>
  eventually(async () => {
    const dispatch = await look(app, id);
    expect(dispatch.status).toBe(status);
    return dispatch;
  });

/** The audience page by page: what stands at each customer, in the order of the pages. */
export async function audienceOf(app: TestApp, id: string, query: object = {}): Promise<[user: string, reason: string][]> {
  const found: [string, string][] = [];
  let page = await app.api
    .get(`/dispatches/${id}/audience`)
    .query({ limit: 1000, ...query })
    .expect(200);
  for (;;) {
    found.push(...page.body.map((one: { user_id: string; reason: string }) => [one.user_id, one.reason]));
    const next = nextOf(page.headers);
    if (next === undefined) return found;
    page = await app.api.get(next).expect(200);
  }
}

export const nextOf = ({ link }: Record<string, string>): string | undefined =>
  /<([^>]+)>; rel="next"/.exec(link ?? '')?.[1];

let crowds = 0;
/** Customers without purchases, many at once; the same ids in every run of a test file. @returns their ids in order */
export const crowd = async (db: FreshDatabase, count: number, preferences: object = {}): Promise<string[]> =>
  (
    await db.query<{ id: string }>(
      `WITH made AS (
         INSERT INTO users (id, email, preferences)
         SELECT id, id || '@example.invalid', $2 FROM (SELECT md5($3 || ' ' || i)::uuid AS id FROM generate_series(1, $1::int) i) ids
         RETURNING id
       ) SELECT id FROM made ORDER BY id`,
      [count, JSON.stringify(preferences), `crowd ${++crowds}`],
    )
  ).map(({ id }) => id);

/** Whom a campaign, or one dispatch, wrote a notification for: one id for each, in order. */
export const notified = async (db: FreshDatabase, of: { campaign: string } | { dispatch: string }): Promise<string[]> =>
  (
    await db.query<{ user_id: string }>(
      `SELECT n.user_id FROM notifications n JOIN dispatches d ON d.id = n.dispatch_id
       WHERE $1 IN (d.campaign_id::text, d.id::text) ORDER BY 1`,
      [Object.values(of)[0]],
    )
  ).map(({ user_id }) => user_id);
