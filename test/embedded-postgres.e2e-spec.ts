import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../src/database/embedded-postgres';
import { onServer } from './support/database';
import { eventually } from './support/eventually';
import { buildService, makeDataDirectory, removeDataDirectory, startProcess } from './support/service-process';
import { freePort } from './support/system-postgres';

let directory: string;
const started: EmbeddedPostgres[] = [];
const start = async (options: Partial<EmbeddedPostgresOptions> = {}) => {
  const dir = join(directory, '.data', 'postgres');
  const server = await startEmbeddedPostgres({ dir, database: 'crm', port: 54600, settings: { fsync: 'off' }, ...options });
  started.push(server);
  return server;
};

beforeEach(() => void (directory = makeDataDirectory()));
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
  await removeDataDirectory(directory);
});

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query('SELECT 1')).rowCount === 1;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

it('makes one cluster where four begin at the same moment, and nothing half-made is left', async () => {
  const servers = await Promise.all([start(), start(), start(), start()]);

  expect(new Set(servers.map(({ url }) => url)).size).toBe(1);
  expect(servers.filter((server) => server.started)).toHaveLength(1);
  expect(readdirSync(join(directory, '.data', 'postgres')).sort()).toEqual(['cluster', 'postgres.log']);
});

it('runs until its last user has left', async () => {
  const [first, second] = [await start(), await start({ database: 'another' })];
  await first.stop();
  expect(await answers(second.url)).toBe(true);
  await second.stop();
  expect(await answers(second.url)).toBe(false);
});

it('leaves it to those who stay when a process ends without waiting', async () => {
  const [first, second] = [await start(), await start()];
  first.stopSync();
  expect(await answers(second.url)).toBe(true);
});

it('takes over after a first start that was killed half way', async () => {
  const halfMade = join(directory, '.data', 'postgres', 'new-4194305-killed'); // above the largest process number there is
  mkdirSync(halfMade, { recursive: true });
  writeFileSync(join(halfMade, 'password'), 'half');

  expect(await answers((await start()).url)).toBe(true);
  expect(readdirSync(join(directory, '.data', 'postgres')).sort()).toEqual(['cluster', 'postgres.log']);
});

it('says what PostgreSQL says where it does not start, and does not keep one waiting', async () => {
  await expect(start({ settings: { fsync: 'off', shared_buffers: 'plenty' } })).rejects.toThrow(/shared_buffers.*plenty/);
});

it('does not touch a cluster of another version', async () => {
  await (await start()).stop();
  writeFileSync(join(directory, '.data', 'postgres', 'cluster', 'data', 'PG_VERSION'), '12\n');
  await expect(start()).rejects.toThrow(/made by PostgreSQL 12, and this version of the service brings \d\d\./);
});

it('gets a standby by npm run standby, which shows no password; it follows, is promoted and stopped', async () => {
  buildService();
  const made = join(directory, 'standby');
  const command = async (...args: string[]) => {
    const ran = startProcess(directory, {}, 'database/standby/standby.command.js', ['--directory', made, ...args]);
    const { code } = await ran.exited;
    return { code, said: ran.stdout() + ran.stderr() };
  };
  const embedded = await start();
  const { code, said } = await command('--port', String(await freePort()));
  expect([code, said]).toEqual([0, expect.stringContaining('replica.env')]);
  expect(said).not.toContain(new URL(embedded.url).password);
  const file = join(made, 'replica.env');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const url = readFileSync(file, 'utf8').trim().replace('DATABASE_REPLICA_URL=', '');

  await onServer(embedded.url, (client) => client.query('CREATE TABLE marks (n int)'));
  await eventually(() => onServer(url, (client) => client.query('SELECT FROM marks')));
  const write = () => onServer(url, (client) => client.query('INSERT INTO marks VALUES (1)'));
  await expect(write()).rejects.toMatchObject({ code: '25006' });
  expect(await command()).toMatchObject({ code: 1, said: expect.stringContaining('is not empty') });

  await embedded.stop();
  expect(await command('--promote')).toMatchObject({ code: 0 });
  await write();
  expect(await command('--stop')).toMatchObject({ code: 0 });
  await expect(write()).rejects.toThrow('ECONNREFUSED');
  expect(await command('--promote', '--stop')).toMatchObject({ code: 64 });
}, 60_000);
