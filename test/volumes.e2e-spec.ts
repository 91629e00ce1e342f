import { loadConfig } from '../src/config/config';
import { migrateDown, migrateUp, underMigrationLock } from '../src/database/migrate';
import { startApp, type TestApp } from './support/app';
import { claimDue, type Dispatched, dispatched, progressOf, reconcile, workerOf } from './support/delivery';
import { begin, crowd, drain, look, notified, step } from './support/dispatching';
import { hold, releaseAll } from './support/hold';
import {
  deliver,
  dispatchAgain,
  killedWhenArchived,
  passMonths,
  retain,
  volumesOf,
  volumeTables,
} from './support/retention';

const config = loadConfig({});
const quiet = () => undefined;

let app: TestApp;
let worker: ReturnType<typeof workerOf>;
beforeEach(async () => {
  app = await startApp();
  worker = workerOf(app);
});
afterEach(async () => {
  await releaseAll();
  await app.close();
});

const placeOf = (dispatch: string) =>
  app.db.query(
    'SELECT tableoid::regclass::text AS volume, count(*)::int FROM notifications WHERE dispatch_id = $1 GROUP BY 1 ORDER BY 1',
    [dispatch],
  );

describe('whoever takes it out', () => {
  /** Three customers were sent it, three were spared; months ago. */
  async function old() {
    const all = await dispatched(app, 6);
    const lease = await worker.claim({ limit: 3 });
    await worker.sent(lease.lease_token, lease.ids);
    await app.api.post(`/dispatches/${all.dispatch}/cancel`).expect(200);
    await passMonths(app);
    return all;
  }
  const gone = async (all: Dispatched) => {
    expect(await volumeTables(app)).toEqual(['notifications_volume_1', 'notifications_volume_2', 'notifications_volume_3']);
    expect((await dispatchAgain(app, all.campaign)).reached).toEqual(all.users.slice(3));
  };

  it('may be killed after it archived: the next one goes on', async () => {
    const all = await old();
    await killedWhenArchived(app);
    expect(await volumesOf(app)).toContain('notifications_volume_0');
    // a client that is late is told the same
    await app.api.post(`/notifications/${all.ids[5]}/mark-sent`).expect(404);

    await retain(app);
    await gone(all);
  });

  it('may be killed while it waits for whoever is reading: nobody waits for it, and the next one goes on', async () => {
    const all = await old();
    const reader = await hold(app.db, 'SELECT count(*) FROM notifications');
    const killed = retain(app).catch((error: Error) => error.message);
    await reader.waitedForBy(1);
    await app.api.get('/notifications').expect(200);
    await deliver(app, await dispatched(app, 2));
    await app.db.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%DETACH PARTITION%' AND pid <> pg_backend_pid()",
    );
    expect(await killed).toMatch(/terminat/);
    expect(await app.db.query('SELECT is_detaching FROM notification_volumes WHERE is_detaching')).toHaveLength(1);
    await reader.release();

    await retain(app);
    await gone(all);
  });

  it('may be killed after it was detached; and what was marked as sent at the last moment was sent', async () => {
    const all = await old();
    await killedWhenArchived(app);
    const sent = `SELECT sent FROM settle_rows(NULL, ARRAY[$1], '{}', '{}', '{}', '{}', '{}', 'late')`;
    expect(await app.db.query(sent, [all.ids[5]])).toEqual([{ sent: 1 }]);
    await app.db.query('ALTER TABLE notifications DETACH PARTITION notifications_volume_0 CONCURRENTLY');

    expect(await retain(app)).toContain('Dropped notifications_volume_0');

    expect((await dispatchAgain(app, all.campaign)).reached).toEqual(all.users.slice(3, 5));
  });

  it('is one at a time', async () => {
    const all = await old();
    const reader = await hold(app.db, 'SELECT count(*) FROM notifications');
    const first = retain(app);
    await reader.waitedForBy(1);

    expect(await retain(app)).toContain('Another one is at it: nothing was changed.');

    await reader.release();
    expect(await first).toContain('Dropped notifications_volume_0');
    await gone(all);
  });
});

describe('a new volume', () => {
  it('is begun while a dispatch is written and workers settle, and nothing is lost', async () => {
    await app.close();
    app = await startApp({ ROLES: ['api'] });
    worker = workerOf(app);
    const customers = await crowd(app.db, 12_000);
    const everybody = await app.make.segment();
    const rules = { once_per_customer: false };
    const [one, two] = [
      await app.make.campaign([everybody], 'One', rules),
      await app.make.campaign([everybody], 'Two', rules),
    ];
    const early = await begin(app, one);
    for (let i = 0; i < 2; i++) await step(app, early); // its audience, and a chunk
    const held = await worker.claim({ limit: 1000 });
    await app.db.query("UPDATE dispatches SET created_at = now() - interval '31 days'");

    expect(await retain(app)).toContain('Opened notifications_volume_1');

    const late = await begin(app, two);
    await Promise.all([drain(app, early), drain(app, late)]);
    expect(late).toBe('1000000');
    expect(await placeOf(early)).toEqual([{ volume: 'notifications_volume_0', count: 12_000 }]);
    expect(await placeOf(late)).toEqual([{ volume: 'notifications_volume_1', count: 12_000 }]);
    for (let lease = held; lease.lease_token; lease = await worker.claim({ limit: 1000 }))
      expect(await worker.sent(lease.lease_token, lease.ids)).toMatchObject({ sent: lease.ids.length, rejected: [] });
    for (const dispatch of [early, late]) {
      expect((await look(app, dispatch)).progress).toMatchObject({ sent: 12_000, queued: 0 });
      await reconcile(app, { dispatch, campaign: '', users: [], ids: [] });
      expect(await notified(app.db, { dispatch })).toEqual(customers);
    }
    expect(await volumesOf(app)).toHaveLength(4); // two are ahead again
  });

  it('has the settings and the key of the one before it', async () => {
    await app.db.query('ALTER TABLE notifications_volume_2 SET (fillfactor = 60)');
    await app.db.query("SELECT setval('dispatches_id_seq', 1000000)");
    await retain(app, { olderThanDays: undefined });

    const shape = async (volume: string) =>
      (
        await app.db.query(
          `SELECT c.reloptions, (SELECT array_agg(replace(pg_get_indexdef(indexrelid), c.relname, '') ) FROM pg_index WHERE indrelid = c.oid) AS keys,
             (SELECT array_agg(pg_get_constraintdef(oid) ORDER BY conname) FROM pg_constraint WHERE conrelid = c.oid AND contype IN ('c', 'p')) AS rules
           FROM pg_class c WHERE oid = $1::regclass`,
          [volume],
        )
      )[0];
    expect(await shape('notifications_volume_3')).toEqual(await shape('notifications_volume_2'));
    expect((await shape('notifications_volume_3')).reloptions).toContain('fillfactor=60');
  });

  it('that is missing needs attention', async () => {
    await app.db.query("SELECT setval('dispatches_id_seq', 2000000)");
    expect((await app.api.get('/overview/attention').expect(200)).body).toMatchObject([{ kind: 'volume-missing' }]);
    await retain(app, { olderThanDays: undefined });
    expect(await volumesOf(app)).toHaveLength(5);
  });
});

/** Down to one table, and up again. */
const migrateThere = () =>
  underMigrationLock(
    app.db.url,
    config,
    async (runner) => {
      while ((await migrateDown(runner, quiet)) !== 'VolumeBounds1797000000000');
    },
    quiet,
  );
const migrateBack = () => underMigrationLock(app.db.url, config, (runner) => migrateUp(runner, config, quiet), quiet);

it('a ledger with something in every state becomes volumes, and one table, and goes on being delivered', async () => {
  const delivered = await dispatched(app, 2);
  await deliver(app, delivered);
  await app.db.query("SELECT setval('dispatches_id_seq', 1000000)");
  const all = await dispatched(app, 10);
  const settled = await worker.claim({ limit: 4 });
  await worker.settle(settled.lease_token, {
    sent: [{ id: settled.ids[0], delivery_info: { provider: 'p' } }],
    failed: [{ id: settled.ids[1], retry: false }, { id: settled.ids[2] }, { id: settled.ids[3] }],
  });
  const held = await worker.claim({ limit: 3 });
  const cancelled = await dispatched(app, 2);
  await app.api.post(`/dispatches/${cancelled.dispatch}/cancel`).expect(200);
  const rows = () => app.db.query('SELECT * FROM notifications ORDER BY dispatch_id, user_id');
  const before = await rows();

  await migrateThere();
  expect(await app.db.query("SELECT relkind FROM pg_class WHERE oid = 'notifications'::regclass")).toEqual([
    { relkind: 'r' },
  ]);
  expect(await rows()).toEqual(before);
  await app.db.query('CREATE ROLE reads_notifications_of_crm').catch(quiet);
  await app.db.query('GRANT SELECT ON notifications TO reads_notifications_of_crm');
  const file = () =>
    app.db.query(
      "SELECT pg_relation_filenode(coalesce(to_regclass('notifications_volume_0'), 'notifications'::regclass)) AS file",
    );
  const whole = await file();

  await migrateBack();

  expect(await file()).toEqual(whole); // not a row was written
  expect(await rows()).toEqual(before);
  expect(await volumesOf(app)).toEqual(['notifications_volume_0', 'notifications_volume_2', 'notifications_volume_3']);
  expect(
    await app.db.query("SELECT has_table_privilege('reads_notifications_of_crm', 'notifications', 'SELECT') AS may"),
  ).toEqual([{ may: true }]);
  await app.db.query('DROP OWNED BY reads_notifications_of_crm');
  expect(await worker.sent(held.lease_token, held.ids)).toMatchObject({ sent: 3, rejected: [] });
  for (let lease = await claimDue(app); lease.lease_token; lease = await claimDue(app))
    await worker.sent(lease.lease_token, lease.ids);
  expect(await progressOf(app, all)).toEqual({ queued: 0, sent: 9, failed: 1, cancelled: 0 });
  expect(await progressOf(app, cancelled)).toMatchObject({ sent: 0, cancelled: 2 });
  await reconcile(app, all);
});

it('the version before knows of an archived dispatch who had it', async () => {
  const all = await dispatched(app, 4);
  const lease = await worker.claim({ limit: 1 });
  await worker.sent(lease.lease_token, lease.ids);
  await app.api.post(`/dispatches/${all.dispatch}/cancel`).expect(200);
  await passMonths(app);
  await retain(app);
  expect(await volumesOf(app)).not.toContain('notifications_volume_0');

  await migrateThere();

  expect(
    await app.db.query(
      `SELECT l.total, l.cancelled + l.withheld AS cancelled, array_positions(a.reasons, 0::smallint) AS reached FROM dispatch_lanes l
       JOIN dispatch_audience a ON a.dispatch_id = l.dispatch_id AND a.chunk_no = l.lane_no WHERE l.dispatch_id = $1`,
      [all.dispatch],
    ),
  ).toEqual([{ total: 1, cancelled: 0, reached: [1] }]);
});
