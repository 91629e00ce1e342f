import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver';
import { Campaign } from '../src/campaigns/campaign.entity';
import { allowTime } from '../src/database/connection-guard';
import { inTransaction } from '../src/database/transaction';
import { startApp, type TestApp } from './support/app';

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.close());

const database = () => app.nest.get(DataSource);
const SETTINGS = {
  statement_timeout: '5s',
  lock_timeout: '2s',
  idle_in_transaction_session_timeout: '10s',
  application_name: 'crm-service',
  TimeZone: 'UTC',
  search_path: 'crm,public',
  default_transaction_isolation: 'read committed',
};

async function settingsOf(query: (text: string) => Promise<unknown>): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of Object.keys(SETTINGS)) {
    const [shown] = (await query(`SHOW ${name}`)) as Record<string, string>[];
    Object.assign(found, { [name]: Object.values(shown)[0] });
  }
  return found;
}

it('is what every connection of the pool has, however many are in use', async () => {
  const runners = Array.from({ length: 10 }, () => database().createQueryRunner());
  const seen = await Promise.all(runners.map((runner) => settingsOf((text) => runner.query(text))));
  await Promise.all(runners.map((runner) => runner.release()));

  expect(seen).toEqual(runners.map(() => SETTINGS));
});

it('connects within two seconds or not at all, and keeps connections alive', () => {
  const pool = (database().driver as PostgresDriver).master as { options: object };
  expect(pool.options).toMatchObject({ connectionTimeoutMillis: 2000, keepAlive: true, max: 10 });
});

it('is set anew for work that takes longer, until its transaction ends', async () => {
  const runner = database().createQueryRunner();
  const shown = async () => (await settingsOf((text) => runner.query(text))).statement_timeout;
  const during = await inTransaction(runner.manager, async (transaction) => {
    await allowTime(transaction, 900);
    return shown();
  });
  const afterwards = await shown();
  await runner.release();

  expect([during, afterwards]).toEqual(['15min', '5s']);
});

it('refuses to look for a row by an id that is not there', async () => {
  const campaigns = database().getRepository(Campaign);
  await app.make.campaign([await app.make.segment()]);

  for (const missing of [undefined, null] as unknown as string[]) {
    await expect(campaigns.findOneBy({ id: missing })).rejects.toThrow(/is not allowed|undefined|null/i);
    await expect(campaigns.update({ id: missing }, { name: 'Mine' })).rejects.toThrow();
  }
  expect(await app.db.query(`SELECT 1 FROM campaigns WHERE name = 'Mine'`)).toEqual([]);
});

describe('a role that may do no more than it needs', () => {
  const role = () => `crm_${new URL(app.db.url).pathname.slice(1)}`;
  const asRole = async <T>(work: (limited: DataSource) => Promise<T>): Promise<T> => {
    const url = Object.assign(new URL(app.db.url), { username: role(), password: 'not-secret' }).href;
    const limited = await new DataSource({ type: 'postgres', url, applicationName: 'a test' }).initialize();
    return work(limited).finally(() => limited.destroy());
  };
  beforeAll(async () => {
    const made = [
      `CREATE ROLE ${role()} LOGIN PASSWORD 'not-secret' CONNECTION LIMIT 1`,
      `GRANT USAGE ON SCHEMA public TO ${role()}`,
      `GRANT SELECT ON users, purchase_history TO ${role()}`,
      'CREATE SCHEMA payroll',
      'CREATE TABLE payroll.salaries (amount int)',
    ];
    await app.db.query(made.join(';'));
  });
  afterAll(() => app.db.query([`DROP OWNED BY ${role()}`, `DROP ROLE ${role()}`].join(';')));

  it('reads customers, and neither changes them nor sees other schemas', async () => {
    await asRole(async (limited) => {
      expect(await limited.query('SELECT count(*)::int AS n FROM public.users')).toEqual([{ n: 0 }]);
      for (const refused of ['SELECT FROM payroll.salaries', 'DELETE FROM public.users', 'CREATE TABLE public.mine (n int)'])
        await expect(limited.query(refused)).rejects.toMatchObject({ code: '42501' });
    });
  });

  it('has no more connections than it was given', async () => {
    await asRole(async (limited) => {
      await limited.query('SELECT 1');
      await expect(asRole((second) => second.query('SELECT 1'))).rejects.toMatchObject({ code: '53300' });
    });
  });
});
