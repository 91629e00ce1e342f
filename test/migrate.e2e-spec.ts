import { createServer, type Server, type Socket, connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Client } from 'pg';
import { type Config, loadConfig } from '../src/config/config';
import { migrate } from '../src/database/migrate';
import { prepareDatabase } from '../src/database/open-database';
import { databaseOptions } from '../src/database/options';
import { emptyDatabase, type FreshDatabase } from './support/database';
import { eventually } from './support/eventually';
import { buildService, makeDataDirectory, removeDataDirectory, startProcess } from './support/service-process';

const config = loadConfig({});
const quiet = () => undefined;
let db: FreshDatabase;

beforeEach(async () => void (db = await emptyDatabase()));
afterEach(() => db.drop());

/** The migrations of this version, oldest first. */
const names = (databaseOptions('', config).migrations as { name: string }[]).map(({ name }) => name);
const last = names.at(-1)!;
const applied = () => db.query('SELECT name, count(*)::int AS times FROM crm.migrations GROUP BY name ORDER BY min(id)');
const everyMigrationOnce = names.map((name) => ({ name, times: 1 }));

it('applies each migration once when twenty processes begin at the same moment', async () => {
  await Promise.all(Array.from({ length: 20 }, () => migrate(db.url, config, quiet)));

  expect(await applied()).toEqual(everyMigrationOnce);
});

it('makes the customers of an empty database once, whoever comes first, and finds them afterwards', async () => {
  const created = await Promise.all(Array.from({ length: 5 }, () => prepareDatabase(db.url, config, quiet)));

  expect(created.filter(Boolean)).toHaveLength(1);
  expect(await prepareDatabase(db.url, config, quiet)).toBe(false);
});

it('keeps two installations in one database apart', async () => {
  const other: Config = { ...config, DATABASE_SCHEMA: 'crm_of_another_team' };
  await Promise.all([migrate(db.url, config, quiet), migrate(db.url, other, quiet)]);

  expect(await applied()).toEqual(everyMigrationOnce);
  expect(await db.query('SELECT name FROM crm_of_another_team.migrations')).toHaveLength(names.length);
});

it('needs no right to create a schema that is there, nor anything where nothing is pending', async () => {
  const role = new URL(db.url).pathname.slice(1); // a name that is as unique as the database
  const ownSchemaAndNoMore = [`CREATE ROLE ${role} LOGIN PASSWORD 'not-secret'`, `CREATE SCHEMA crm AUTHORIZATION ${role}`];
  await db.query(ownSchemaAndNoMore.join(';'));
  const url = Object.assign(new URL(db.url), { username: role, password: 'not-secret' }).href;
  try {
    await migrate(url, config, quiet);
    await migrate(url, config, quiet);
    expect(await applied()).toEqual(everyMigrationOnce);
  } finally {
    const removal = [`DROP OWNED BY ${role}`, `DROP ROLE ${role}`];
    await db.query(removal.join(';'));
  }
});

describe('with MIGRATE_ON_START=false', () => {
  const verifyOnly: Config = { ...config, MIGRATE_ON_START: false };

  it('says what is missing, and changes nothing', async () => {
    await expect(prepareDatabase(db.url, verifyOnly, quiet)).rejects.toThrow(
      `lacks ${names.join(', ')}: run npm run migrate`,
    );
    expect(await db.query("SELECT nspname FROM pg_namespace WHERE nspname = 'crm'")).toEqual([]);
  });

  it('goes on where all is applied', async () => {
    await migrate(db.url, config, quiet);
    await prepareDatabase(db.url, verifyOnly, quiet);
  });
});

describe('the connection', () => {
  it('is given up at once where the database does not exist', async () => {
    const url = Object.assign(new URL(db.url), { pathname: '/no_such_database' }).href;
    await expect(migrate(url, config, quiet)).rejects.toThrow(
      /no_such_database at 127.0.0.1:\d+ does not let us in: there is no database of that name/,
    );
  });

  it('is waited for while the database comes up, and that is said once', async () => {
    const real = new URL(db.url);
    const { port, open, close } = await closedDoorTo(Number(real.port));
    const said: string[] = [];
    const migrated = migrate(Object.assign(real, { port }).href, config, (line) => {
      said.push(line);
      if (line.startsWith('Waiting')) void open();
    });

    await migrated;
    expect(said.filter((line) => line.startsWith('Waiting'))).toHaveLength(1);
    expect(await applied()).toEqual(everyMigrationOnce);
    close();
  });
});

describe('npm run migrate', () => {
  let directory: string;
  beforeAll(buildService);
  beforeEach(() => void (directory = makeDataDirectory()));
  afterEach(() => removeDataDirectory(directory));

  const run = async (...args: string[]) => {
    const command = startProcess(directory, { DATABASE_URL: db.url }, 'database/migrate.command.js', args);
    return { ...(await command.exited), said: command.stdout() + command.stderr() };
  };

  it('goes up, tells where it is, and goes down only where that is confirmed', async () => {
    expect(await run('status')).toMatchObject({ code: 1, said: names.map((name) => `${name} (pending)\n`).join('') });
    expect(await run()).toMatchObject({ code: 0 });
    expect(await run('status')).toMatchObject({ code: 0, said: names.map((name) => `${name} (applied)\n`).join('') });
    expect((await run('down')).code).toBe(64);
    expect(await applied()).toEqual(everyMigrationOnce);
    expect(await run('down', '--yes')).toMatchObject({ code: 0, said: `Reverted migration ${last}\n` });
    expect(await applied()).toEqual(everyMigrationOnce.slice(0, -1));
    expect(await db.query('SELECT count(*)::int FROM public.users')).toEqual([{ count: 0 }]); // not ours to remove
  });

  it('leaves nothing behind that a killed run had begun', async () => {
    await db.query('CREATE SCHEMA crm');
    const blocker = new Client({ connectionString: db.url });
    blocker.on('error', () => undefined);
    await blocker.connect();
    await blocker.query('BEGIN');
    await blocker.query('CREATE TABLE crm.secrets ()'); // the migration makes it last

    const killed = startProcess(directory, { DATABASE_URL: db.url }, 'database/migrate.command.js');
    await eventually(async () => {
      const waiting = await db.query(
        `SELECT 1 FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'crm-service' AND wait_event_type = 'Lock'`,
      );
      expect(waiting).toHaveLength(1);
    });
    await killed.end('SIGKILL');
    await blocker.query('ROLLBACK');
    await blocker.end();

    expect(await run()).toMatchObject({ code: 0 });
    expect(await applied()).toEqual(everyMigrationOnce);
  });
});

/** A port where nothing listens until it is opened; then it leads to another one. */
async function closedDoorTo(target: number) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    const onward = connect(target, '127.0.0.1');
    for (const end of [socket, onward]) sockets.add(end.on('error', () => undefined));
    socket.pipe(onward).pipe(socket);
  });
  const listen = (at: number) => new Promise<void>((done) => void server.listen(at, '127.0.0.1', done));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return {
    port,
    open: () => listen(port),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
