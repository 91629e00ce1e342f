import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../src/config/config';
import { migrate } from '../src/database/migrate';
import { emptyDatabase, type FreshDatabase } from './support/database';
import { buildCommit, commitBeforeNewestMigration } from './support/previous-version';
import { clientOf, type ServiceClient, TOKENS } from './support/service-client';
import { buildService, makeDataDirectory, removeDataDirectory, startProcess } from './support/service-process';

const commit = commitBeforeNewestMigration();
const [describeOrSkip, why] = commit
  ? [describe, '']
  : [describe.skip, ': SKIPPED, there is no git history to take it from'];
const CUSTOMERS = 20;

/** The version before the latest migration, while the new one is rolled out: docs/operations.md, A rollout without a stop. */
describeOrSkip(`the version before (${commit?.slice(0, 10)})${why}`, () => {
  jest.setTimeout(180_000);
  let db: FreshDatabase;
  let directory: string;
  let previous: string;
  beforeAll(() => {
    buildService();
    previous = join(buildCommit(commit!), 'main.js');
  });
  beforeEach(async () => {
    db = await emptyDatabase();
    directory = makeDataDirectory();
  });
  afterEach(async () => {
    await removeDataDirectory(directory);
    await db.drop();
  });

  const start = async (entry: string, env: Record<string, string> = {}) => {
    const service = startProcess(directory, { DATABASE_URL: db.url, ...TOKENS, ...env }, entry);
    return { end: () => service.end(), ...clientOf(await service.listening()) };
  };

  /** A bit of everything, as an existing client and a worker ask for it. @returns the dispatch */
  async function work(service: ServiceClient): Promise<string> {
    const segment = await service.post('/segments', { body: { name: 'Everybody', filters: {} } });
    await service.post('/segments/{segment_id}/preview-users', { path: { segment_id: segment.id } });
    const news = { name: 'News', message: 'Hello', segment_ids: [segment.id] };
    const campaign = await service.post('/campaigns', { body: news });
    const path = { campaign_id: campaign.id };
    const headers = { 'If-Match': '*' };
    await service.patch('/campaigns/{campaign_id}', { path, headers, body: { description: 'changed' } });
    const daily = { scheduled_at: '2199-12-01T09:00', time_zone: 'Europe/Madrid', recurrence: 'FREQ=DAILY' };
    await service.put('/campaigns/{campaign_id}/schedule', { path, headers, body: daily });
    const dispatch = await service.post('/campaigns/{campaign_id}/dispatch', { path });
    const lease = await service.claim(5);
    expect(await service.settle(lease)).toMatchObject({ sent: 5 });
    const [queued] = await service.get('/notifications', { query: { status: 'queued' } });
    await service.post('/notifications/{notification_id}/mark-sent', {
      path: { notification_id: queued.id },
      body: { delivery_info: { provider: 'p' } },
    });
    await service.get('/campaigns');
    await service.get('/segments');
    await service.post('/dispatches/{dispatch_id}/pause', { path: { dispatch_id: dispatch.id } });
    await service.post('/dispatches/{dispatch_id}/resume', { path: { dispatch_id: dispatch.id } });
    return dispatch.id;
  }
  const sentOf = async (service: ServiceClient, dispatch_id: string) =>
    (await service.get('/dispatches/{dispatch_id}', { path: { dispatch_id } })).progress.sent;

  it('goes on beside this one while the schema is migrated under it, and each finishes what the other began', async () => {
    const before = await start(previous);
    await db.query(
      "INSERT INTO users (id, email) SELECT gen_random_uuid(), format('%s@example.invalid', n) FROM generate_series(1, $1) n",
      [CUSTOMERS],
    );
    const early = await work(before);

    let isMigrated = false;
    const requests = async () => {
      while (!isMigrated) await sentOf(before, early);
    };
    const migrated = migrate(db.url, loadConfig({}), () => undefined).finally(() => (isMigrated = true));
    await Promise.all([migrated, requests(), requests()]);

    const late = await work(before);
    const after = await start('main.js', { MIGRATE_ON_START: 'false' });
    const between = await work(after);

    for (let service = before, other = after; ; [service, other] = [other, service]) {
      const lease = await service.claim(7);
      if (!lease.lease_token) break;
      expect(await other.settle(lease)).toMatchObject({ sent: lease.notifications.length });
    }
    for (const dispatch of [early, late, between]) expect(await sentOf(before, dispatch)).toBe(CUSTOMERS);
    await before.end();
    await after.end();
  });

  it('may be started on the new schema, where it is one that asks the schema', async () => {
    await migrate(db.url, loadConfig({}), () => undefined);
    const asks = existsSync(join(previous, '..', 'database', 'installation.js'));
    const service = startProcess(directory, { DATABASE_URL: db.url, ...TOKENS, ROLES: 'api' }, previous);

    if (asks) {
      await service.listening();
      expect(service.stderr()).toMatch(/newer version .* this one can work on it\n/);
      await service.end();
    } else expect(await service.exited).toMatchObject({ code: 1 });
  });
});
