import { Client } from 'pg';
import { customerTablesAreOurs, ensureCustomerTables, requireReadable } from '../src/customers/customer-tables';
import { importCsv } from '../src/customers/csv-import';
import { importCommand } from '../src/customers/import.command';
import { ConfigError } from '../src/config/config';
import { Files, id, purchase, purchases, runCommand, users } from './support/commands';
import { emptyDatabase, type FreshDatabase } from './support/database';

let db: FreshDatabase;
let files: Files;

beforeEach(async () => {
  db = await emptyDatabase();
  files = new Files();
});
afterEach(async () => {
  files.remove();
  await db.drop();
});

const importing = (...args: string[]) => runCommand(importCommand, args, { DATABASE_URL: db.url });

/** Tables of others, with what others have: more columns, a foreign key checked at the end, a computed column, a trigger. */
const tablesOfOthers = () =>
  db.query(`
    CREATE TABLE users (id uuid PRIMARY KEY, email text UNIQUE NOT NULL, name text NOT NULL DEFAULT 'nobody',
                        is_active boolean, preferences jsonb,
                        shout text GENERATED ALWAYS AS (upper(email)) STORED);
    CREATE TABLE purchase_history (id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES users DEFERRABLE INITIALLY DEFERRED,
                                   ticket_id uuid NOT NULL, purchase_date timestamptz NOT NULL, store_name text NOT NULL,
                                   total_amount double precision NOT NULL, is_market_store boolean);`);

describe('users and purchase_history', () => {
  it('are made where neither is there, and left alone from then on', async () => {
    expect(await ensureCustomerTables(db, 'public')).toBe('created');
    expect(await customerTablesAreOurs(db, 'public')).toBe(true);
    expect(await ensureCustomerTables(db, 'public')).toBe('found');
  });

  it.each([
    ['a column is missing', 'ALTER TABLE users DROP COLUMN is_active', 'public.users.is_active is missing'],
    [
      'a type is another',
      'ALTER TABLE purchase_history DROP COLUMN user_id, ADD user_id bigint',
      'must be uuid, and is bigint',
    ],
  ])('are looked at before they are used: %s', async (_, change, said) => {
    await ensureCustomerTables(db, 'public');
    await expect(requireReadable(db, 'public')).resolves.toBeUndefined();
    await db.query(change);
    await expect(requireReadable(db, 'public')).rejects.toThrow(said);
  });

  it('may lack columns that one filter asks about: that is told, and no more', async () => {
    await tablesOfOthers();
    await db.query('ALTER TABLE users ADD role text; ALTER TABLE purchase_history ADD products json');
    const told: string[] = [];

    await requireReadable(db, 'public', (line) => told.push(line));

    expect(told).toEqual([
      'public.users.registration_date is missing: rules with the filter registered_within_days will be refused',
      'public.purchase_history.products is json: rules with the filter products_contain will be refused',
      'public.purchase_history.ticket_type is missing: rules with the filter ticket_types_in will be refused',
    ]);
  });

  it('are made in a schema that is not there yet', async () => {
    expect(await ensureCustomerTables(db, 'shop')).toBe('created');

    expect(await customerTablesAreOurs(db, 'shop')).toBe(true);
    expect(await customerTablesAreOurs(db, 'public')).toBe(false);
  });

  it('have the defaults, the keys and the indexes the service expects', async () => {
    await ensureCustomerTables(db, 'public');

    await db.query(`INSERT INTO users (email) VALUES ('ana@example.invalid')`);
    expect((await db.query('SELECT * FROM users'))[0]).toEqual({
      id: expect.any(String),
      ...{ email: 'ana@example.invalid', preferences: {}, is_active: true, role: 'user' },
      ...{ registration_date: null, created_at: null, updated_at: null },
    });
    const indexes = await db.query<{ columns: string }>(
      `SELECT substring(indexdef from '\\((.*)\\)') AS columns FROM pg_indexes WHERE tablename = 'purchase_history' ORDER BY 1`,
    );
    expect(indexes.map(({ columns }) => columns)).toEqual([
      'id',
      'purchase_date',
      'store_name',
      'ticket_id',
      'user_id, purchase_date DESC',
    ]);
  });

  it.each([
    ['tables', 'CREATE TABLE users (id int); CREATE TABLE purchase_history (id int)'],
    ['views', 'CREATE VIEW users AS SELECT 1; CREATE MATERIALIZED VIEW purchase_history AS SELECT 1'],
    [
      'partitioned tables',
      'CREATE TABLE users (id int) PARTITION BY HASH (id); CREATE TABLE purchase_history (id int) PARTITION BY HASH (id)',
    ],
  ])('are never touched where they are %s of others', async (_, statements) => {
    await db.query(statements);
    const catalog = 'SELECT oid, relname, relkind, relnatts FROM pg_class WHERE relnamespace = 2200 ORDER BY oid';
    const before = await db.query(catalog);

    expect(await ensureCustomerTables(db, 'public')).toBe('found');

    expect(await db.query(catalog)).toEqual(before);
    expect(await customerTablesAreOurs(db, 'public')).toBe(false);
  });

  it.each([
    ['users', 'purchase_history', 'CREATE VIEW users AS SELECT 1'],
    ['purchase_history', 'users', 'CREATE TABLE purchase_history (id uuid)'],
  ])('are not made beside a lone %s: CUSTOMERS_SCHEMA is probably wrong', async (present, missing, statement) => {
    await db.query(statement);

    const refusal = ensureCustomerTables(db, 'public');

    await expect(refusal).rejects.toBeInstanceOf(ConfigError);
    await expect(refusal).rejects.toThrow(
      `The schema public has ${present} but not ${missing}: CUSTOMERS_SCHEMA probably names the wrong schema`,
    );
    expect(await importing(...users(files))).toMatchObject({ code: 1, err: expect.stringContaining(`not ${missing}`) });
  });

  it('are not made by a role that may not', async () => {
    const client = new Client({ connectionString: db.url });
    await client.connect();
    await client.query('SET ROLE pg_monitor');

    const refusal = ensureCustomerTables(
      { query: async (text, values) => (await client.query(text, values)).rows as object[] },
      'public',
    );

    await expect(refusal).rejects.toThrow('the database role may not create them');
    await client.end();
  });
});

describe('import into tables of others', () => {
  beforeEach(tablesOfOthers);

  it('is refused', async () => {
    const { code, err } = await importing(...users(files, `${id(1)},ana@example.invalid`));

    expect(code).toBe(1);
    expect(err).toMatch(
      /^users and purchase_history in the schema public were not made by this service.* --i-own-these-tables\.\n$/m,
    );
    expect(await db.query('SELECT * FROM users')).toEqual([]);
  });

  it('is done with --i-own-these-tables, by their own defaults and rules', async () => {
    const args = [...users(files, `${id(1)},ana@example.invalid`), ...purchases(files, purchase(1)), '--i-own-these-tables'];

    expect(await importing(...args)).toMatchObject({ code: 0, err: expect.stringContaining('Applied migration') });

    expect(await db.query('SELECT id, email, name, shout FROM users')).toEqual([
      { id: id(1), email: 'ana@example.invalid', name: 'nobody', shout: 'ANA@EXAMPLE.INVALID' },
    ]);
    expect(await db.query('SELECT total_amount FROM purchase_history')).toEqual([{ total_amount: 9.5 }]);
  });

  it('gives an empty value the default where NULL is refused', async () => {
    const path = files.write('u.csv', `id,name,email\n${id(1)},,ana@example.invalid\n${id(2)},"",bo@example.invalid\n`);

    await importing('--users', path, '--i-own-these-tables');

    expect(await db.query('SELECT name FROM users ORDER BY id')).toEqual([{ name: 'nobody' }, { name: '' }]);
  });

  it('names the line that breaks a rule checked at the end, and loads nothing', async () => {
    const records = Array.from({ length: 300 }, (_, n) => purchase(n + 1));
    records[222] = `${id(223)},${id(9)},${id(1)},2026-01-02,A,1`;

    const { code, err } = await importing(
      ...users(files, `${id(1)},ana@example.invalid`),
      ...purchases(files, ...records),
      '--i-own-these-tables',
    );

    expect(code).toBe(1);
    expect(err).toMatch(
      /\npurchases\.csv line 224: .*violates foreign key constraint.*Key \(user_id\)=\(.*9\) is not present/,
    );
    expect(await db.query('SELECT id FROM users UNION ALL SELECT id FROM purchase_history')).toEqual([]);
  });

  it('does not take a value for a column that the table computes', async () => {
    const path = files.write('u.csv', 'id,email,shout\n');

    expect((await importing('--users', path, '--i-own-these-tables')).err).toContain(
      'u.csv line 1: users has no column shout',
    );
  });

  it('needs a unique id', async () => {
    await db.query('ALTER TABLE purchase_history DROP CONSTRAINT purchase_history_pkey');

    const { err } = await importing(...purchases(files, purchase(1)), '--i-own-these-tables');

    expect(err).toContain('no unique or exclusion constraint matching the ON CONFLICT');
  });
});

describe('an import that is broken off', () => {
  const endlessly = (after: () => unknown) => ({
    name: 'endless.csv',
    async *read() {
      yield Buffer.from('id,email\n');
      for (let n = 1; ; n++) {
        yield Buffer.from(`${id(n)},customer-${n}@example.invalid\n`);
        if (n === 20_000) await after();
      }
    },
  });

  beforeEach(() => ensureCustomerTables(db, 'public'));

  it('by its caller changes nothing', async () => {
    const stop = new AbortController();

    const broken = importCsv(db.url, 'public', { users: endlessly(() => stop.abort()) }, { signal: stop.signal });

    await expect(broken).rejects.toThrow('Interrupted. Nothing was changed.');
    expect(await db.query('SELECT * FROM users')).toEqual([]);
  });

  it('before it began changes nothing', async () => {
    const users = { name: 'u.csv', read: () => Promise.reject(new Error('was read')) as never };

    await expect(importCsv(db.url, 'public', { users }, { signal: AbortSignal.abort() })).rejects.toThrow('Interrupted');
  });

  it('by the loss of its connection changes nothing', async () => {
    const terminate = () =>
      db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'crm-service import'`);

    await expect(importCsv(db.url, 'public', { users: endlessly(terminate) })).rejects.toThrow(
      'The connection to the database was lost',
    );
    expect(await db.query('SELECT * FROM users')).toEqual([]);
  });
});
