import { Pool } from 'pg';
import { loadConfig } from '../src/config/config';
import { migrate, migrateDown, migrationStatus, underMigrationLock } from '../src/database/migrate';
import { migrationScript } from '../src/database/migration-script';
import { prepareDatabase } from '../src/database/open-database';
import { databaseOptions } from '../src/database/options';
import { emptyDatabase, type FreshDatabase } from './support/database';
import { shapeOf } from './support/schema-shape';

const config = loadConfig({});
const quiet = () => undefined;
const names = (databaseOptions('', config).migrations as { name: string }[]).map(({ name }) => name);

let db: FreshDatabase;
beforeEach(async () => void (db = await emptyDatabase()));
afterEach(() => db.drop());

const down = () => underMigrationLock(db.url, config, (runner) => migrateDown(runner, quiet), quiet);
const status = () => underMigrationLock(db.url, config, migrationStatus, quiet);
const script = () => underMigrationLock(db.url, config, (runner) => migrationScript(runner, config), quiet);
const downTo = async (name: string) => {
  while ((await status()).applied.at(-1) !== name) await down();
};

describe('a dry run', () => {
  it('changes nothing, and what it prints does what the migrations do', async () => {
    const printed = await script();
    expect(await db.query("SELECT FROM pg_namespace WHERE nspname = 'crm'")).toEqual([]);

    await db.query(printed);
    const byScript = await shapeOf(db, 'crm');
    expect(await status()).toMatchObject({ applied: names, pending: [] });

    await db.query('DROP SCHEMA crm CASCADE');
    await migrate(db.url, config, quiet);
    expect(byScript).toEqual(await shapeOf(db, 'crm'));
    expect(await script()).toBe('');
  });

  it('is of what is pending alone', async () => {
    await migrate(db.url, config, quiet);
    const reverted = await down();
    const printed = await script();

    expect(names.filter((name) => printed.includes(`\n-- ${name}\n`))).toEqual([reverted]);
    await db.query(printed);
    expect((await status()).pending).toEqual([]);
  });
});

it('goes down and up again to the same schema, step by step, and touches nothing of the neighbours', async () => {
  await prepareDatabase(db.url, config, quiet);
  await db.query('CREATE SCHEMA neighbour; CREATE TABLE neighbour.segments (id int PRIMARY KEY, note text)');
  const neighbours = async () => [await shapeOf(db, 'public'), await shapeOf(db, 'neighbour')];
  const [whole, others] = [await shapeOf(db, 'crm'), await neighbours()];

  const shapes = new Map<string, string[]>();
  for (const name of [...names].reverse()) {
    shapes.set(name, await shapeOf(db, 'crm'));
    expect(await down()).toBe(name);
  }
  expect(await neighbours()).toEqual(others);

  await migrate(db.url, config, quiet);
  expect(await shapeOf(db, 'crm')).toEqual(whole);
  for (const name of [...names].reverse()) {
    expect([name, await shapeOf(db, 'crm')]).toEqual([name, shapes.get(name)]);
    await down();
  }
  expect(await neighbours()).toEqual(others);
});

it('applies the newest migration once when twenty processes find the one before it', async () => {
  await migrate(db.url, config, quiet);
  await down();

  const started = await Promise.allSettled(Array.from({ length: 20 }, () => prepareDatabase(db.url, config, quiet)));

  expect(started.filter(({ status }) => status === 'rejected')).toEqual([]);
  const applied = await db.query('SELECT name, count(*)::int AS times FROM crm.migrations GROUP BY name ORDER BY min(id)');
  expect(applied).toEqual(names.map((name) => ({ name, times: 1 })));
});

it('lets requests pass while a reader holds a table that it has to change', async () => {
  await migrate(db.url, config, quiet);
  await downTo('Settle1796120000000'); // the next one adds a column to dispatches
  const { extra } = databaseOptions(db.url, config) as { extra: object };
  const pool = new Pool({ connectionString: db.url, ...extra, max: 20 });
  const reader = await pool.connect();
  await reader.query('BEGIN');
  await reader.query('SET LOCAL idle_in_transaction_session_timeout = 0');
  await reader.query('SELECT count(*) FROM crm.dispatches'); // whoever reads a table keeps its shape, until his transaction ends

  let waited = 0;
  let isOver = false;
  const migrated = migrate(db.url, config, (line) => {
    if (line.includes('waits for a table') && ++waited === 2) void reader.query('COMMIT').then(() => reader.release());
  }).finally(() => (isOver = true));
  // a request waits 2 s for a lock and then fails, as the service's own do
  let answered = 0;
  const requests = async () => {
    while (!isOver) {
      await pool.query('SELECT count(*) FROM crm.dispatches');
      await pool.query("UPDATE crm.dispatches SET status = 'paused' WHERE false");
      answered++;
    }
  };

  await expect(Promise.all([migrated, ...Array.from({ length: 10 }, requests)])).resolves.toBeDefined();
  await pool.end();

  expect(waited).toBe(2);
  expect(answered).toBeGreaterThan(20);
  expect((await status()).pending).toEqual([]);
});

describe('a schema of a newer version', () => {
  const later = async (usableFrom: string) => {
    await migrate(db.url, config, quiet);
    await db.query("INSERT INTO crm.migrations (timestamp, name) VALUES (1999000000000, 'Later1999000000000')");
    await db.query('UPDATE crm.installation SET usable_from = $1', [usableFrom]);
  };
  const said: string[] = [];
  beforeEach(() => void said.splice(0));
  const starts = (MIGRATE_ON_START: boolean) =>
    prepareDatabase(db.url, { ...config, MIGRATE_ON_START }, (line) => said.push(line));

  it.each([true, false])('is worked on where that only added to it (MIGRATE_ON_START=%s), and left as it is', async (on) => {
    await later(names.at(-1)!);
    await starts(on);

    expect(said).toContainEqual(expect.stringMatching(/newer version .*Later1999000000000.* can work on it/));
    expect(await db.query('SELECT usable_from FROM crm.installation')).toEqual([{ usable_from: names.at(-1) }]);
  });

  it('is left alone where that took something away', async () => {
    await later('Later1999000000000');

    await expect(starts(true)).rejects.toThrow(/newer version of this service \(Later1999000000000\): run that version/);
  });
});
