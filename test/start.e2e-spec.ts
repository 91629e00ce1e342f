import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { emptyDatabase, type FreshDatabase } from './support/database';
import { eventually } from './support/eventually';
import {
  adminTokenOf,
  ask,
  buildService,
  makeDataDirectory,
  postmasterOf,
  removeDataDirectory,
  type ServiceProcess,
  startProcess,
} from './support/service-process';

jest.setTimeout(60_000);
beforeAll(buildService);

let directory: string;
const inADirectoryOfItsOwn = () => {
  beforeEach(() => void (directory = makeDataDirectory()));
  afterEach(() => removeDataDirectory(directory));
};

const inOrder = { code: 0, signal: null };
const everybody = { name: 'Everybody', filters: {} };

/** How many customers the segment reaches now. */
async function reached(base: string, segmentId: string): Promise<number> {
  const preview = await ask(directory, `${base}/segments/${segmentId}/preview-users`, {});
  return Number(preview.headers.get('x-total-count'));
}

async function saveSegment(base: string): Promise<string> {
  const answer = await ask(directory, `${base}/segments`, everybody);
  return ((await answer.json()) as { id: string }).id;
}

describe('the first start', () => {
  inADirectoryOfItsOwn();

  it('prints a banner whose curl works, keeps the token for its owner, and has customers to try things on', async () => {
    const service = startProcess(directory);
    const base = await service.listening();

    expect(service.stdout()).toContain(`${base}/docs`);
    expect(service.stdout()).toContain(adminTokenOf(directory));
    expect(statSync(join(directory, '.data', 'admin-token')).mode & 0o777).toBe(0o600);

    const curl = /^ *(curl [^]*?\}')\n/m.exec(service.stdout())![1];
    const segment = JSON.parse(execFileSync('sh', ['-c', curl], { cwd: directory, encoding: 'utf8' })) as { id: string };
    expect(await reached(base, segment.id)).toBeGreaterThan(0);
    expect(await reached(base, await saveSegment(base))).toBeGreaterThan(1000);

    expect(await service.end()).toEqual(inOrder);
    expect(postmasterOf(directory)).toBeUndefined();
  });

  it('says of a process that answers no requests what it does, and offers nothing that is not there', async () => {
    const service = startProcess(directory, { ROLES: 'dispatcher', DEMO_DATA: 'off' });
    const base = await service.listening();

    expect(service.stdout()).toContain('writes dispatches and fires schedules (ROLES)');
    expect(service.stdout()).not.toMatch(/docs|curl|token/i);
    expect((await fetch(`${base}/health`)).status).toBe(200);
    expect((await fetch(`${base}/docs`)).status).toBe(404);
    expect(await service.end()).toEqual(inOrder);
  });

  it('may happen twice at the same moment: both serve the same data, and the last to leave stops the database', async () => {
    const two = [startProcess(directory), startProcess(directory)];
    const [one, other] = await Promise.all(two.map((service) => service.listening()));

    const segmentId = await saveSegment(one);
    expect(await reached(one, segmentId)).toBeLessThanOrEqual(2000); // made up once
    expect(await two[0].end()).toEqual(inOrder);
    expect(await reached(other, segmentId)).toBeGreaterThan(1000);
    expect(await two[1].end()).toEqual(inOrder);
    expect(postmasterOf(directory)).toBeUndefined();
  });
});

describe('a later start', () => {
  let base: string;
  let service: ServiceProcess;
  let segmentId: string;

  const startAgain = async () => {
    service = startProcess(directory);
    base = await service.listening();
  };
  beforeAll(async () => {
    directory = makeDataDirectory();
    await startAgain();
    segmentId = await saveSegment(base);
    await service.end();
  });
  beforeEach(startAgain);
  afterEach(() => service.end());
  afterAll(() => removeDataDirectory(directory));

  const expectAllIsThere = async () => expect((await ask(directory, `${base}/segments/${segmentId}`)).status).toBe(200);
  const killDatabase = () => {
    const postmaster = postmasterOf(directory)!;
    process.kill(postmaster, 'SIGKILL');
    return postmaster;
  };

  it('finds everything as it was, token included', async () => {
    const token = adminTokenOf(directory);
    expect(await service.end('SIGINT')).toEqual(inOrder);
    expect(postmasterOf(directory)).toBeUndefined();

    await startAgain();
    await expectAllIsThere();
    expect(adminTokenOf(directory)).toBe(token);
    expect(service.stderr()).toBe(''); // nothing migrated, nobody made up
    expect(await service.end()).toEqual(inOrder);
  });

  it('adopts the database that a killed process left running', async () => {
    const postmaster = postmasterOf(directory);
    await service.end('SIGKILL');

    await startAgain();
    await expectAllIsThere();
    expect(postmasterOf(directory)).toBe(postmaster);
    expect(await service.end()).toEqual(inOrder);
    expect(postmasterOf(directory)).toBeUndefined();
  });

  it('recovers the database when that was killed too', async () => {
    killDatabase();
    await service.end('SIGKILL');

    await startAgain();
    await expectAllIsThere();
    expect(await service.end()).toEqual(inOrder);
  });

  it('is not fooled by a process that got the number of a dead PostgreSQL', async () => {
    killDatabase();
    await service.end('SIGKILL');
    const pidFile = join(directory, '.data', 'postgres', 'cluster', 'data', 'postmaster.pid');
    writeFileSync(pidFile, readFileSync(pidFile, 'utf8').replace(/^\d+/, String(process.pid)));

    await startAgain();
    await expectAllIsThere();
  });

  it('is not needed where only the database was killed: the same process starts it again', async () => {
    const killed = killDatabase();

    await eventually(expectAllIsThere);
    expect(postmasterOf(directory)).not.toBe(killed);
    expect(await service.end()).toEqual(inOrder);
    expect(postmasterOf(directory)).toBeUndefined();
  });
});

describe('a start that cannot succeed', () => {
  inADirectoryOfItsOwn();

  it('says in one line that the port is taken, and stops the database again', async () => {
    const occupant = createServer();
    await new Promise<void>((done) => void occupant.listen(0, '127.0.0.1', done));
    const { port } = occupant.address() as AddressInfo;

    const service = startProcess(directory, { PORT: String(port), DEMO_DATA: 'off' });

    expect(await service.exited).toEqual({ code: 1, signal: null });
    expect(service.stderr()).toMatch(new RegExp(`^Port ${port} is in use: .*\n$`, 'm'));
    expect(service.stderr()).not.toMatch(/^ +at /m);
    expect(postmasterOf(directory)).toBeUndefined();
    occupant.close();
  });

  it.each([
    ['PORT', 'eight thousand'],
    ['DATABASE_URL', 'mysql://root:hunter2@localhost/shop'],
    ['ADMIN_TOKENS', 'hunter2'],
    ['CORS_ORIGINS', '*'],
    ['TRUSTED_PROXIES', '0.0.0.0/0'],
  ])('names a %s that is no good, does not repeat it, and starts nothing', async (name, value) => {
    const service = startProcess(directory, { [name]: value });

    expect(await service.exited).toEqual({ code: 1, signal: null });
    expect(service.stderr()).toMatch(new RegExp(`^${name} .+\n$`));
    expect(service.stdout() + service.stderr()).not.toContain(value);
    expect(existsSync(join(directory, '.data'))).toBe(false);
  });
});

it('lets nobody in rather than everybody: where no token can be kept, it does not start', async () => {
  directory = makeDataDirectory();
  writeFileSync(join(directory, 'file'), '');
  const service = startProcess(directory, { DATABASE_URL: 'postgres://db.invalid/shop', DATA_DIR: 'file/in-a-file' });

  expect(await service.exited).toEqual({ code: 1, signal: null });
  expect(service.stderr()).toMatch(
    /^Nobody could be let in: none of ADMIN_TOKENS, AUTH_SERVICE_URL and JWKS_URL is set.*\n$/,
  );
  await removeDataDirectory(directory);
});

describe('with DATABASE_URL', () => {
  inADirectoryOfItsOwn();

  let db: FreshDatabase;
  beforeEach(async () => void (db = await emptyDatabase()));
  afterEach(() => db.drop());

  /** Everything about the tables of others that the catalog knows. */
  const shape = () =>
    db.query(`
      SELECT c.relname, c.relkind, c.reloptions, c.relacl, c.reltuples, obj_description(c.oid) AS comment, a.attname, a.attnum,
             format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull, pg_get_expr(d.adbin, d.adrelid) AS default,
             (SELECT array_agg(indexdef ORDER BY indexname) FROM pg_indexes WHERE schemaname = 'public' AND tablename = c.relname) AS indexes,
             (SELECT array_agg(pg_get_constraintdef(oid) ORDER BY conname) FROM pg_constraint WHERE conrelid = c.oid) AS constraints,
             (SELECT count(*) FROM pg_trigger WHERE tgrelid = c.oid) AS triggers
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (c.oid, a.attnum)
      WHERE c.relnamespace = 'public'::regnamespace ORDER BY c.relname, a.attnum`);

  it('leaves the tables of others as they are, and starts no database of its own', async () => {
    await db.query(`
      CREATE TABLE users (id uuid PRIMARY KEY, email varchar(255) UNIQUE NOT NULL, preferences jsonb, is_active boolean, shoe_size int);
      CREATE TABLE purchase_history (id uuid PRIMARY KEY, user_id uuid NOT NULL, ticket_id uuid NOT NULL,
        purchase_date timestamptz NOT NULL, store_name varchar(255) NOT NULL, total_amount double precision NOT NULL,
        is_market_store boolean, created_at timestamptz);
      CREATE INDEX ON purchase_history (user_id);
      INSERT INTO users VALUES (gen_random_uuid(), 'ana@example.com', '{}', true, 38)`);
    const before = await shape();

    const service = startProcess(directory, { DATABASE_URL: db.url, DEMO_DATA: '50' });
    const base = await service.listening();

    expect(await reached(base, await saveSegment(base))).toBe(1);
    expect(service.stdout()).not.toContain(adminTokenOf(directory)); // this output may be a log that many people read
    expect(service.stdout()).toContain('.data/admin-token');
    expect(await service.end()).toEqual(inOrder);
    expect(await shape()).toEqual(before);
    expect(await db.query('SELECT email FROM users')).toEqual([{ email: 'ana@example.com' }]);
    expect(existsSync(join(directory, '.data', 'postgres'))).toBe(false);
  });

  it('ends in one line that does not have the password where that is wrong', async () => {
    const url = Object.assign(new URL(db.url), { password: 'hunter2' }).href;
    const service = startProcess(directory, { DATABASE_URL: url });

    expect(await service.exited).toEqual({ code: 1, signal: null });
    expect(service.stderr()).toMatch(/^The database \S+ at 127.0.0.1:\d+ does not let us in: .*password.*\n$/);
    expect(service.stderr()).not.toContain('hunter2');
  });
});
