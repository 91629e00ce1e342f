import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterRestore, type Wanted } from '../src/campaigns/restore/after-restore';
import { loadConfig } from '../src/config/config';
import { underMigrationLock } from '../src/database/migrate';
import { prepareDatabase } from '../src/database/open-database';
import { startApp, type TestApp } from './support/app';
import { type Dispatched, dispatched, progressOf, workerOf } from './support/delivery';
import { ONCE, schedules } from './support/schedules';

const config = loadConfig({});
const quiet = () => undefined;

let app: TestApp;
let directory: string;
beforeEach(async () => {
  app = await startApp();
  directory = mkdtempSync(join(tmpdir(), 'crm-service-test-'));
});
afterEach(async () => {
  await app.close();
  rmSync(directory, { recursive: true });
});

/** What pg_restore does to the tables that was recorded of them. */
const restored = () => app.db.query("UPDATE installation SET tables = '1 2 3'");
/** The service is not stopped: what is said here is about the tables. Its connections are other processes' to the command. */
const command = (wanted: Partial<Wanted> = {}) =>
  underMigrationLock(
    app.db.url,
    config,
    (runner) => afterRestore(runner, config, { nothingWasSentSince: false, ...wanted }, quiet),
    quiet,
  );
const start = () => prepareDatabase(app.db.url, config, quiet);
const stopService = () => app.nest.close();
const fileOf = (...lines: string[]) => {
  const file = join(directory, 'sent.txt');
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
};
const statusOf = async ({ dispatch }: Dispatched) =>
  (await app.db.query<{ status: string }>('SELECT status FROM dispatches WHERE id = $1', [dispatch]))[0].status;

describe('restored tables', () => {
  it('are not started on until somebody has said what became of what is queued in them', async () => {
    await restored();
    await expect(start()).rejects.toThrow(/were restored from a dump: .* Run npm run after-restore/);
    await expect(prepareDatabase(app.db.url, { ...config, MIGRATE_ON_START: false }, quiet)).rejects.toThrow(/from a dump/);

    await stopService();
    await command();
    await start();
  });

  it('are left alone while the service is connected to them', async () => {
    const run = await dispatched(app, 2);
    await restored();

    await expect(command()).rejects.toThrow(/stop every process of it first/);
    expect(await statusOf(run)).toBe('dispatched');
    await expect(start()).rejects.toThrow(/from a dump/);
  });

  it('hold back what would go out, and leave what is over as it was', async () => {
    const over = await dispatched(app, 2);
    const worker = workerOf(app);
    await worker.sent((await worker.claim()).lease_token, over.ids);
    const open = await dispatched(app, 3);
    await worker.claim({ limit: 1 });
    await restored();
    await stopService();

    const { held } = await command();

    expect(held).toEqual([{ id: open.dispatch, name: expect.stringContaining('Campaign') as string }]);
    expect([await statusOf(over), await statusOf(open)]).toEqual(['dispatched', 'paused']);
  });

  it('pass over what a schedule has due: it may have been fired after the dump', async () => {
    const plan = schedules(app);
    const campaign = await plan.campaign();
    await plan.put(campaign, { ...ONCE, recurrence: 'FREQ=DAILY' });
    await stopService();
    await app.db.query("UPDATE campaign_schedules SET next_at = now() - interval '1 s', local_time = '2026-01-01T09:00:00'");
    await restored();

    expect((await command()).schedules).toBe(1);
    const [{ next }] = await app.db.query('SELECT next_at > now() AS next FROM campaign_schedules');
    const occurrences = await app.db.query('SELECT outcome, dispatch_id FROM schedule_occurrences');
    expect([next, occurrences]).toEqual([true, [{ outcome: 'missed', dispatch_id: null }]]);
    expect(await app.db.query('SELECT FROM dispatches')).toEqual([]);
  });

  it('never give a dispatch the number of one that the dump does not have', async () => {
    const before = await dispatched(app, 1);
    await restored();
    await stopService();
    await command();

    const [{ next }] = await app.db.query<{ next: string }>(
      "SELECT nextval(pg_get_serial_sequence('dispatches', 'id')) AS next",
    );
    expect(Number(next) - Number(before.dispatch)).toBeGreaterThan(1_000_000);
  });

  it('go on as they were where nothing was sent since', async () => {
    const run = await dispatched(app, 2);
    await restored();

    expect((await command({ nothingWasSentSince: true })).held).toBeUndefined();
    await start();
    expect(await statusOf(run)).toBe('dispatched');
  });
});

describe('a file of what was sent', () => {
  it('is recorded: a worker is never handed any of it, and what is lost is named', async () => {
    const run = await dispatched(app, 4);
    const [first, second, third] = run.ids;
    const worker = workerOf(app);
    await worker.claim({ limit: 1 }); // in the dump somebody held it
    const unknown = `999:${run.users[0]}`;

    const { held, sent } = await command({ sent: fileOf('id', first, second.toUpperCase(), '', third, first, unknown) });

    expect(held).toBeUndefined();
    expect(sent).toEqual({ recorded: 3, known: 0, lost: new Map([['999', 1]]) });
    expect((await worker.claim()).ids).toEqual([run.ids[3]]);
    expect(await progressOf(app, run)).toMatchObject({ sent: 3 });

    expect((await command({ sent: fileOf(first, second) })).sent).toMatchObject({ recorded: 0, known: 2 });
  });

  it('is refused as a whole for one line that is no id, with its number', async () => {
    const run = await dispatched(app, 2);
    await expect(command({ sent: fileOf(run.ids[0], 'ana@example.com') })).rejects.toThrow(
      /sent.txt, line 2: not the id of a notification/,
    );
    expect(await progressOf(app, run)).toMatchObject({ sent: 0 });
  });
});

it('leaves an entry in the audit log', async () => {
  await command({ nothingWasSentSince: true });

  const { body } = await app.api.get('/audit?action=installation.restored').expect(200);
  expect(body).toMatchObject([{ via: 'command', outcome: 'done', detail: { nothingWasSentSince: true } }]);
  expect((await app.api.get('/audit/verification').expect(200)).body).toMatchObject({ intact: true });
});
