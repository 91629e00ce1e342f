import type { Wanted } from '../../src/campaigns/retention/judge';
import { retention } from '../../src/campaigns/retention/retention';
import { loadConfig } from '../../src/config/config';
import type { TestApp } from './app';
import { type Dispatched, workerOf } from './delivery';
import { notified } from './dispatching';

const quiet = () => undefined;
const OLD: Wanted = { olderThanDays: 30, newVolumeAfterDays: 30, apply: true, keep: false };

/** Runs npm run retention. @returns what it says; `hear` hears each line when it is said */
export async function retain(
  app: TestApp,
  wanted: Partial<Wanted> = {},
  hear: (line: string) => void = quiet,
): Promise<string[]> {
  const said: string[] = [];
  const say = (line: string) => {
    said.push(line);
    hear(line);
  };
  await retention(app.db.url, loadConfig({}), { ...OLD, ...wanted }, say, quiet);
  return said;
}

/** The same, killed when it has archived a volume and has not detached it. */
export const killedWhenArchived = (app: TestApp): Promise<unknown> =>
  expect(
    retain(app, {}, (line) => {
      if (line.startsWith('Archived')) throw new Error('killed');
    }),
  ).rejects.toThrow('killed');

const AGES = [
  `UPDATE dispatches SET created_at = created_at - $1::interval, resolved_at = resolved_at - $1::interval,
     finished_at = finished_at - $1::interval, announced_at = coalesce(announced_at, now()) - $1::interval WHERE archived_at IS NULL`,
  'UPDATE notification_attempts SET ended_at = ended_at - $1::interval',
  'UPDATE dispatch_redrives SET created_at = created_at - $1::interval',
];

/** Everything that there is happened 90 days ago. */
export async function passDays(app: TestApp): Promise<void> {
  for (const statement of AGES) await app.db.query(statement, ['90 days']);
}

/** And new dispatches write into the next volume. */
export async function passMonths(app: TestApp): Promise<void> {
  await passDays(app);
  await retain(app, { olderThanDays: undefined });
}

/** A worker sends all of it. */
export async function deliver(app: TestApp, { ids }: Dispatched): Promise<void> {
  const worker = workerOf(app);
  await worker.sent((await worker.claim({ limit: 1000 })).lease_token, ids);
}

export const volumesOf = async (app: TestApp): Promise<string[]> =>
  (await app.db.query<{ name: string }>('SELECT name FROM notification_volumes ORDER BY first_id')).map(({ name }) => name);

/** Tables that are volumes, or were. */
export const volumeTables = async (app: TestApp): Promise<string[]> =>
  (
    await app.db.query<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relname LIKE '%volume\\_%' AND relkind = 'r' ORDER BY 1",
    )
  ).map(({ name }) => name);

/** Dispatches a campaign once more. */
export async function dispatchAgain(app: TestApp, campaign: string) {
  const { body: view } = await app.api.post(`/campaigns/${campaign}/dispatch`).expect(200);
  return { view, reached: await notified(app.db, { dispatch: view.id }) };
}
