import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Client, type QueryResultRow } from 'pg';
import { onServer, withDatabase } from './support/database';
import { eventually } from './support/eventually';
import { clientOf, type ServiceClient, TOKENS } from './support/service-client';
import { shapeOf } from './support/schema-shape';
import { buildService, makeDataDirectory, removeDataDirectory, startProcess } from './support/service-process';
import { startSystemPostgres, systemPrograms, type SystemPostgres } from './support/system-postgres';

const [describeOrSkip, why] = systemPrograms
  ? [describe, '']
  : [describe.skip, ': SKIPPED, no PostgreSQL with pg_dump and pg_restore in /usr/lib/postgresql'];

const AFTER_RESTORE = 'campaigns/restore/after-restore.command.js';
/** The commands as docs/operations.md gives them: what is tried here is what people run. */
const documented = (heading: string): string => {
  const page = readFileSync(resolve(__dirname, '..', 'docs', 'operations.md'), 'utf8');
  const block = new RegExp(`^\\*\\*${heading}[^]*?\`\`\`sh\\n([^]*?)\`\`\``, 'm').exec(page);
  if (!block) throw new Error(`docs/operations.md has no commands under ${heading}`);
  return block[1];
};

describeOrSkip(`a backup of our schema${why}`, () => {
  jest.setTimeout(120_000);
  let postgres: SystemPostgres;
  let directory: string;
  let owner: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    buildService();
    directory = makeDataDirectory();
    postgres = await startSystemPostgres(systemPrograms!);
    owner = withDatabase(postgres.url, 'shop');
    env = {
      DATABASE_URL: Object.assign(new URL(owner), { username: 'crm' }).href,
      ...TOKENS,
    };
    await onServer(owner, (client) => client.query('CREATE DATABASE shop'));
    await query(`CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email varchar(255) UNIQUE NOT NULL, preferences jsonb, is_active boolean);
      CREATE TABLE purchase_history (id uuid PRIMARY KEY, user_id uuid NOT NULL, ticket_id uuid NOT NULL, purchase_date timestamptz NOT NULL,
        store_name varchar(255) NOT NULL, total_amount numeric(10,2) NOT NULL, is_market_store boolean);
      INSERT INTO users (email) SELECT n || '@example.invalid' FROM generate_series(1, 10) n;
      CREATE ROLE crm LOGIN; CREATE SCHEMA crm AUTHORIZATION crm; GRANT SELECT ON users, purchase_history TO crm`);
  });
  afterAll(async () => {
    await removeDataDirectory(directory);
    postgres.stop();
  });

  async function query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
    const client = new Client({ connectionString: owner });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }
  const shape = () => shapeOf({ query }, 'crm');

  const shell = (commands: string) =>
    execFileSync('bash', ['-euo', 'pipefail', '-c', commands], {
      cwd: directory,
      encoding: 'utf8',
      env: { PATH: `${systemPrograms}:${process.env.PATH}`, DATABASE_URL: env.DATABASE_URL, OWNER_URL: owner },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  const start = async () => {
    const service = startProcess(directory, env);
    return { end: () => service.end(), ...clientOf(await service.listening()) };
  };
  const run = async (entry: string, ...args: string[]) => {
    const command = startProcess(directory, env, entry, args);
    const { code } = await command.exited;
    return { code, said: command.stdout() + command.stderr() };
  };

  /** What a provider was given so far: a customer's message of a campaign. */
  const delivered: string[] = [];
  /** A worker that delivers what there is, at most so many. */
  async function deliver(service: ServiceClient, limit = 1000): Promise<void> {
    const lease = await service.claim(limit);
    if (!lease.lease_token) return;
    delivered.push(...lease.notifications.map(({ campaign_id, user_id }) => `${campaign_id} ${user_id}`));
    await service.settle(lease);
    if (limit === 1000) await deliver(service);
  }

  it('is restored to an older moment without a customer getting anything twice', async () => {
    const before = await start();
    const everybody = await before.post('/segments', { body: { name: 'Everybody', filters: {} } });
    const campaign = (name: string) =>
      before.post('/campaigns', { body: { name, message: 'Hello', segment_ids: [everybody.id] } });
    const [sale, daily] = [await campaign('Sale'), await campaign('Daily')];
    const dispatch = await before.post('/campaigns/{campaign_id}/dispatch', { path: { campaign_id: sale.id } });
    await deliver(before, 3);
    await before.end();
    await query(`INSERT INTO crm.campaign_schedules (campaign_id, local_time, time_zone, max_lateness_minutes, next_at, created_by)
                 VALUES ('${daily.id}', '2026-01-01T09:00:00', 'UTC', 1440, now(), 'a test')`);
    const shapeThen = await shape();
    shell(documented('Back up'));

    // what the dump does not know: the rest is delivered, and the schedule fires
    const meanwhile = await start();
    await eventually(async () => {
      const [lost] = await meanwhile.get('/campaigns/{campaign_id}/dispatches', { path: { campaign_id: daily.id } });
      expect(lost?.status).toBe('dispatched');
    });
    await deliver(meanwhile);
    expect(delivered).toHaveLength(20);
    await meanwhile.end();

    shell(documented('Restore'));
    expect(await shape()).toEqual(shapeThen);

    const refused = await run('main.js');
    expect(refused).toMatchObject({
      code: 1,
      said: expect.stringMatching(/^The tables of crm were restored.*\n$/) as string,
    });
    expect((await run('database/migrate.command.js')).code).toBe(1);

    const held = await run(AFTER_RESTORE);
    expect(held).toMatchObject({ code: 0, said: expect.stringContaining(`dispatch ${dispatch.id} of Sale`) as string });
    shell(documented('What was sent'));
    const recorded = await run(AFTER_RESTORE, '--sent', 'sent.txt');
    expect(recorded.said).toMatch(/^Recorded as sent: 7\. Settled before: 3\.\n.*\n {2}dispatch \d+: 10 notifications$/m);

    const after = await start();
    await deliver(after); // nothing: it is paused
    await after.post('/dispatches/{dispatch_id}/resume', { path: { dispatch_id: dispatch.id } });
    await deliver(after); // nothing: all of it is known to be sent
    expect(new Set(delivered).size).toBe(delivered.length);
    expect(delivered).toHaveLength(20);

    const next = await after.post('/campaigns/{campaign_id}/dispatch', { path: { campaign_id: sale.id } });
    expect(Number(next.id)).toBeGreaterThan(1_000_000);
    expect(await after.get('/audit/verification')).toMatchObject({ intact: true });
    await after.end();
  });

  it('says what it wants to be told', async () => {
    expect(await run(AFTER_RESTORE, '--sent', 'a', '--nothing-was-sent-since')).toMatchObject({
      code: 64,
      said: expect.stringContaining('npm run after-restore') as string,
    });
    const missing = await run(AFTER_RESTORE, '--sent', join(directory, 'not-there'));
    expect(missing).toMatchObject({ code: 1, said: expect.stringMatching(/^ENOENT.*\n$/) as string });
  });
});
