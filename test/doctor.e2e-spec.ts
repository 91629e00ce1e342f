import { loadConfig } from '../src/config/config';
import { connectReadOnly } from '../src/doctor/connect-read-only';
import { doctorCommand } from '../src/doctor/doctor.command';
import type { Finding } from '../src/doctor/finding';
import { runCommand } from './support/commands';
import { contents } from './support/contents';
import { emptyDatabase, type FreshDatabase, freshDatabase } from './support/database';
import { examined, proposals, wrong } from './support/doctor';

let db: FreshDatabase;
beforeEach(async () => void (db = await freshDatabase()));
afterEach(() => db.drop());

const doctor = (args: string[] = [], url = db.url) => runCommand(doctorCommand, args, { DATABASE_URL: url });
const run = (...statements: string[]) => db.query(statements.join(';'));

/** Tables that this service has not made. */
const ofOthers = () => db.query('COMMENT ON TABLE users IS NULL; COMMENT ON TABLE purchase_history IS NULL');

describe('npm run doctor', () => {
  it('finds nothing wrong where the service has just been started', async () => {
    const diagnosis = await examined(db.url);

    expect(diagnosis).toMatchObject({ format: 1, code: 0, summary: { error: 0, warning: 0 } });
    expect(proposals(diagnosis).map(({ index }) => index!.name)).toEqual([
      'customers_by_preferences',
      'purchases_by_customer',
      'purchases_by_date',
    ]);
  });

  it('says it to people in lines', async () => {
    const { code, out, err } = await doctor();

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('ok       public.users.id: uuid\n');
    expect(out).toMatch(/ {9}CREATE INDEX CONCURRENTLY IF NOT EXISTS .*;\n/);
    expect(out).toMatch(/The service can work here: 0 error, 0 warning, 3 info. Nothing was changed.\n$/);
  });

  it('changes nothing, and could not', async () => {
    const everything = async () => [
      await contents(db),
      await db.query(`SELECT md5(string_agg(c::text, '' ORDER BY c.oid)) AS relations FROM pg_class c`),
      await db.query(`SELECT md5(string_agg(a::text, '' ORDER BY attrelid, attnum)) AS columns FROM pg_attribute a`),
      await db.query(`SELECT md5(string_agg(i::text, '' ORDER BY indexrelid)) AS indexes FROM pg_index i`),
    ];
    await db.query('VACUUM ANALYZE'); // done, autovacuum has no reason to change the catalog meanwhile
    const before = await everything();

    await examined(db.url);

    expect(await everything()).toEqual(before);
    const readOnly = await connectReadOnly(db.url, loadConfig({}));
    await expect(readOnly.query('DELETE FROM users')).rejects.toMatchObject({ code: '25006' });
    await readOnly.destroy();
  });

  it.each([[['--yes']], [['--json', '--json']], [['json']]])('answers %j with its usage and exit code 64', async (args) => {
    expect(await doctor(args)).toEqual({ code: 64, out: '', err: expect.stringContaining('npm run doctor [-- --json]') });
  });

  it('says in one line that the database cannot be reached, or does not let us in', async () => {
    const nobody = await doctor([], 'postgres://crm@127.0.0.1:1/shop');
    const unknown = await doctor([], `${db.url}_that_is_not_there`);

    expect(nobody).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^The database shop at 127.0.0.1:1 did not .*\n$/),
    });
    expect(unknown).toEqual({ code: 1, out: '', err: expect.stringMatching(/^.*there is no database of that name.*\n$/) });
  });
});

describe('what is wrong', () => {
  const SHOWN = 'users, purchase_history';
  it.each<[what: string, facts: string, Partial<Finding>]>([
    ['a table', 'DROP TABLE users', { id: 'table-missing', level: 'error', subject: 'public.users' }],
    ['both tables', `DROP TABLE ${SHOWN}`, { id: 'table-missing', level: 'warning', subject: 'public' }],
    [
      'a column',
      'ALTER TABLE users DROP is_active',
      { id: 'column-missing', level: 'error', subject: 'public.users.is_active' },
    ],
    [
      'a column that some filter asks',
      'ALTER TABLE users DROP role',
      { id: 'column-missing', level: 'warning', message: 'is missing: the filter roles_in cannot be used' },
    ],
    [
      'a type',
      'ALTER TABLE users ALTER preferences DROP DEFAULT, ALTER preferences TYPE json USING preferences::json',
      { id: 'column-type', level: 'error', message: expect.stringContaining('must be jsonb, and is json') as string },
    ],
    [
      'a float for money',
      'ALTER TABLE purchase_history ALTER total_amount TYPE double precision',
      { id: 'column-type', level: 'info', subject: 'public.purchase_history.total_amount' },
    ],
    [
      'instants without a zone',
      'ALTER TABLE purchase_history ALTER purchase_date TYPE timestamp',
      { id: 'column-type', level: 'info', message: expect.stringContaining('read as UTC') as string },
    ],
    [
      'our schema',
      'DROP SCHEMA crm CASCADE',
      { id: 'schema-behind', level: 'info', subject: 'crm', remedy: 'npm run migrate' },
    ],
    [
      'a newer schema',
      "INSERT INTO crm.migrations (timestamp, name) VALUES (1999000000000, 'Later1999000000000'); UPDATE crm.installation SET usable_from = 'Later1999000000000'",
      { id: 'schema-newer', level: 'error' },
    ],
    [
      'a schema from a dump',
      "UPDATE crm.installation SET tables = '1 2 3'",
      { id: 'schema-restored', level: 'error', remedy: 'npm run after-restore' },
    ],
    [
      'statistics',
      "INSERT INTO users (email) VALUES ('ana@example.invalid')",
      { id: 'never-analysed', level: 'warning', remedy: 'ANALYZE "public"."users";' },
    ],
    [
      'a view',
      'ALTER TABLE users RENAME TO customers; CREATE VIEW public.users AS SELECT * FROM customers',
      { id: 'table-kind', level: 'info', subject: 'public.users' },
    ],
    [
      'an index whose build failed',
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'purchase_history_store_name_idx'::regclass",
      {
        id: 'index-invalid',
        level: 'warning',
        remedy: 'DROP INDEX CONCURRENTLY "public"."purchase_history_store_name_idx";',
      },
    ],
  ])('is said: %s', async (_what, facts, finding) => {
    await db.query(facts);

    const diagnosis = await examined(db.url);

    expect(diagnosis.findings).toContainEqual(expect.objectContaining(finding));
    expect(diagnosis.code).toBe(finding.level === 'error' ? 1 : 0);
  });

  it('of a schema that is behind is an error where the service would not mend it', async () => {
    await db.query('DROP SCHEMA crm CASCADE');

    const { code, findings } = await examined(db.url, { MIGRATE_ON_START: 'false' });

    expect(code).toBe(1);
    expect(findings).toContainEqual(expect.objectContaining({ id: 'schema-behind', level: 'error' }));
  });

  it('of a pool larger than what the server lets in is an error', async () => {
    const [{ name }] = await db.query<{ name: string }>('SELECT current_database() AS name');
    await run(`ALTER DATABASE ${name} CONNECTION LIMIT 8`);

    expect(wrong(await examined(db.url))).toMatchObject([{ id: 'connections', level: 'error' }]);
  });
});

describe('a role', () => {
  let role: string;
  let as: string;
  beforeEach(async () => {
    role = new URL(db.url).pathname.slice(1); // a name that is as unique as the database
    as = Object.assign(new URL(db.url), { username: role, password: 'not-secret' }).href;
    await ofOthers();
    await run(
      `CREATE ROLE ${role} LOGIN PASSWORD 'not-secret'`,
      `ALTER SCHEMA crm OWNER TO ${role}`,
      `GRANT SELECT ON ALL TABLES IN SCHEMA crm TO ${role}`,
    );
  });
  afterEach(() => run('ALTER SCHEMA crm OWNER TO current_user', `DROP OWNED BY ${role}`, `DROP ROLE ${role}`));

  it('that may read the two tables and owns its schema is as it should be', async () => {
    await run(`GRANT SELECT ON users, purchase_history TO ${role}`);

    expect(wrong(await examined(as))).toEqual([]);
  });

  it('that may not read them is told which columns that is about', async () => {
    await run(`GRANT SELECT ON purchase_history TO ${role}`, `GRANT SELECT (id, role) ON users TO ${role}`);

    const found = wrong(await examined(as)).map(({ id, level, subject }) => [id, level, subject]);

    expect(found).toEqual([
      ['column-not-readable', 'error', 'public.users.is_active'],
      ['column-not-readable', 'error', 'public.users.preferences'],
      ['column-not-readable', 'warning', 'public.users.registration_date'],
      ['column-not-readable', 'warning', 'public.users.email'],
    ]);
  });

  it('that may do more is told so', async () => {
    await run(`GRANT SELECT ON users TO ${role}`, `GRANT SELECT, DELETE ON purchase_history TO ${role}`);

    expect(wrong(await examined(as))).toMatchObject([{ id: 'may-write', subject: 'public.purchase_history' }]);
    expect(wrong(await examined(db.url))).toMatchObject([{ id: 'superuser' }]);
  });

  it('that sees only some rows is told so', async () => {
    await run(`GRANT SELECT ON users, purchase_history TO ${role}`, 'ALTER TABLE users ENABLE ROW LEVEL SECURITY');

    expect(wrong(await examined(as))).toMatchObject([{ id: 'row-security', subject: 'public.users' }]);
  });

  it('that may not make temporary tables is told that dispatches need them', async () => {
    const name = new URL(db.url).pathname.slice(1);
    await run(`GRANT SELECT ON users, purchase_history TO ${role}`, `REVOKE TEMPORARY ON DATABASE "${name}" FROM PUBLIC`);

    expect(wrong(await examined(as))).toMatchObject([
      { id: 'no-temporary-tables', level: 'error', remedy: `GRANT TEMPORARY ON DATABASE "${name}" TO "${role}";` },
    ]);
    await run(`GRANT TEMPORARY ON DATABASE "${name}" TO PUBLIC`);
  });

  it('that may not create our schema is told how to get it', async () => {
    await run(`GRANT SELECT ON users, purchase_history TO ${role}`, 'DROP SCHEMA crm CASCADE');

    expect(wrong(await examined(as))).toMatchObject([
      { id: 'schema-missing', level: 'error', remedy: `CREATE SCHEMA crm AUTHORIZATION "${role}";` },
    ]);
    await db.query('CREATE SCHEMA crm');
  });
});

it('looks at a database with nothing in it', async () => {
  const nothing = await emptyDatabase();

  const { code, out } = await runCommand(doctorCommand, [], { DATABASE_URL: nothing.url });

  expect(code).toBe(0);
  expect(out).toContain('public: has neither users nor purchase_history: the service makes both, empty, when it starts');
  await nothing.drop();
});
