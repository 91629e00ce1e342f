import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModule } from 'libpg-query';
import { sql } from '../src/common/sql';
import { loadConfig } from '../src/config/config';
import { distribution } from '../src/database/citus/distribution';
import { citusPlan } from '../src/database/citus/plan';
import { readCatalog, statementsOf } from './citus/catalog';
import { judgeAll, markdownOf, reportOf, withoutRemedy } from './citus/report';
import { judge } from './citus/rules';
import { claimed, lanesOf } from './citus/shard-lanes';
import { type Catalog, type Where, worst } from './citus/verdict';
import { type FreshDatabase, freshDatabase } from './support/database';

const root = join(__dirname, '..');
let db: FreshDatabase;
let catalog: Catalog;
beforeAll(async () => {
  await loadModule();
  db = await freshDatabase();
  catalog = await readCatalog(db);
});
afterAll(() => db.drop());

describe('the list of tables', () => {
  it('has every table of ours and the two of the customers, and the columns it names', () => {
    expect(distribution.map(({ table }) => table).sort()).toEqual([...catalog.columns.keys()].sort());
    for (const [table, column] of catalog.distributedBy) expect([table, [...catalog.columns.get(table)!]]).toEqual([table, expect.arrayContaining([column])]); // prettier-ignore
  });

  it('has the customer in every unique key of a distributed table of ours, and no foreign key from or to one', async () => {
    const spread = distribution.flatMap((one) => (one.of === 'us' && one.lies === 'customer' ? [one.table] : []));
    const keys = await db.query<{ table: string; columns: string[] }>(
      `SELECT c.relname AS table, array_agg(a.attname::text) AS columns FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
       JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::smallint[])
       WHERE i.indisunique AND c.relnamespace = 'crm'::regnamespace AND NOT c.relispartition AND c.relname = ANY ($1) GROUP BY i.indexrelid, c.relname`,
      [spread],
    );
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter(({ table, columns }) => !columns.includes(catalog.distributedBy.get(table)!))).toEqual([]);
    const refer = `SELECT conname FROM pg_constraint WHERE contype = 'f' AND (conrelid = ANY ($1::regclass[]) OR confrelid = ANY ($1::regclass[]))`;
    expect(await db.query(refer, [spread.map((table) => `crm.${table}`)])).toEqual([]);
  });
});

describe('the plan', () => {
  const config = { ...loadConfig({}), DATABASE_SCHEMA: 'crm', CUSTOMERS_SCHEMA: 'public' };

  /** What of Citus the plan calls, taking notes: the plan is held to PostgreSQL's grammar and to what it asks for, not to what Citus answers. */
  async function withCitusStandIn(): Promise<FreshDatabase> {
    const fresh = await freshDatabase();
    await fresh.query(`CREATE TABLE public.pg_dist_partition (logicalrelid regclass);
      CREATE TABLE public.asked (n serial, of_table text, by text, beside text);
      CREATE FUNCTION public.create_distributed_table(of_table regclass, by text, colocate_with text DEFAULT 'default') RETURNS void LANGUAGE sql AS
        'INSERT INTO public.pg_dist_partition VALUES ($1); INSERT INTO public.asked (of_table, by, beside) VALUES ($1::text, $2, $3)'`);
    return fresh;
  }

  it('stops before anything is done where a key cannot be kept, and says which and how to go on', async () => {
    const fresh = await withCitusStandIn();
    await expect(fresh.query(citusPlan(config))).rejects.toThrow(
      'users is unique by (email), which nothing can promise on Citus. Decide to do without it, and: ALTER TABLE users DROP CONSTRAINT users_email_key',
    );
    await fresh.drop();
  });

  it('distributes what the list says, beside the customers, with keys that have the customer; again, it does nothing', async () => {
    const fresh = await withCitusStandIn();
    await fresh.query('ALTER TABLE users DROP CONSTRAINT users_email_key');
    await fresh.query(citusPlan(config));
    await fresh.query(citusPlan(config));
    const asked = await fresh.query<{ of_table: string; by: string; beside: string }>(
      'SELECT of_table, by, beside FROM asked ORDER BY n',
    );
    const expected = [...catalog.distributedBy].map(([of_table, by], i) => ({ of_table, by, beside: i === 0 ? 'default' : '"public"."users"' })); // prettier-ignore
    expect(asked).toEqual(expected);
    const [{ key }] = await fresh.query<{ key: string }>(
      `SELECT pg_get_constraintdef(oid) AS key FROM pg_constraint WHERE conrelid = 'purchase_history'::regclass AND contype = 'p'`,
    );
    expect(key).toBe('PRIMARY KEY (id, user_id)');
    const kept = `SELECT proname FROM pg_proc WHERE pronamespace = 'crm'::regnamespace AND 'plan_cache_mode=force_generic_plan' = ANY (proconfig)`;
    expect(await fresh.query(kept)).toEqual([]);
    await fresh.drop();
  });

  it('knows the schemas of the installation', () => {
    const plan = citusPlan({ DATABASE_SCHEMA: 'marketing', CUSTOMERS_SCHEMA: 'shop' });
    expect(plan).toContain(
      `create_distributed_table('"marketing"."notifications"'::regclass, 'user_id', colocate_with => '"shop"."users"')`,
    );
    expect(plan).not.toMatch(/\bcrm\."|"public"\./);
  });
});

describe('the rules', () => {
  const where = (text: string): Where => worst(...statementsOf(text).map((one) => judge(one, catalog))).where;

  // what Citus' documentation and its maintainers say of such statements: docs/scale.md
  it.each<[Where, string]>([
    ['coordinator', 'SELECT * FROM dispatch_lanes l JOIN dispatches d ON d.id = l.dispatch_id FOR UPDATE SKIP LOCKED'],
    ['one shard', 'SELECT n.state FROM notifications n WHERE n.user_id = $1 AND n.dispatch_id = $2 FOR UPDATE SKIP LOCKED'],
    ['one shard', 'SELECT u.id FROM users u JOIN purchase_history p ON p.user_id = u.id WHERE u.id = $1::uuid LIMIT 5'],
    ['one shard', 'UPDATE notifications SET state = 2, settled_at = now() WHERE user_id = $1 AND dispatch_id = $2'],
    [
      'one shard',
      'INSERT INTO suppressions (user_id, reason, created_by) VALUES ($1, $2, $3) ON CONFLICT (user_id, channel) DO NOTHING',
    ],
    ['some shards', 'SELECT email FROM users WHERE id = ANY ($1::uuid[])'],
    ['all shards', 'SELECT count(*) FROM users u WHERE EXISTS (SELECT FROM purchase_history p WHERE p.user_id = u.id)'],
    [
      'all shards',
      'SELECT u.id FROM users u WHERE u.id IN (SELECT p.user_id FROM purchase_history p GROUP BY p.user_id HAVING sum(total_amount) > 5)',
    ],
    [
      'all shards',
      'SELECT u.id FROM users u CROSS JOIN LATERAL (SELECT 1 FROM purchase_history p WHERE p.user_id = u.id ORDER BY purchase_date LIMIT 1) last',
    ],
    [
      'all shards',
      'INSERT INTO notification_attempts (dispatch_id, user_id, attempt, outcome) SELECT dispatch_id, user_id, 1, $1 FROM notifications',
    ],
    ['in steps', 'SELECT count(*) FROM (SELECT id FROM users ORDER BY id LIMIT 10) page'],
    ['in steps', 'SELECT store_name FROM (SELECT store_name, count(*) FROM purchase_history GROUP BY store_name) stores'],
    ['in steps', 'SELECT n.user_id FROM notifications n JOIN dispatches d ON d.id = n.dispatch_id'],
    [
      'in steps',
      'INSERT INTO notifications (dispatch_id, user_id, lane_no) SELECT a.dispatch_id, c.id, 0 FROM dispatch_audience a, unnest(a.user_ids) AS c (id)',
    ],
    ['not possible', 'SELECT user_id FROM notifications FOR UPDATE SKIP LOCKED'],
    ['not possible', 'SELECT user_id FROM notifications WHERE user_id BETWEEN $1 AND $2 FOR UPDATE'],
    ['not possible', 'SELECT u.id FROM users u JOIN purchase_history p ON p.ticket_id = u.id'],
    ['not possible', 'UPDATE notifications SET settled_at = clock_timestamp() WHERE user_id = $1'],
    ['not possible', 'DELETE FROM suppressions WHERE user_id = $1 RETURNING expires_at > now()'],
    ['not possible', 'UPDATE notifications SET error = coalesce(error, to_char(now(), $2)) WHERE user_id = $1'],
    ['not possible', 'WITH gone AS (DELETE FROM suppressions WHERE user_id = $1 RETURNING now() AS at) SELECT at FROM gone'],
    [
      'coordinator',
      'WITH moved AS (UPDATE dispatches SET status = $1 RETURNING id) SELECT count(*) FROM moved JOIN dispatch_lanes l ON l.dispatch_id = moved.id',
    ],
    ['not possible', 'UPDATE notifications SET user_id = $2 WHERE user_id = $1'],
    ['not possible', 'SELECT u.id FROM users u WHERE EXISTS (SELECT FROM purchase_history p WHERE p.ticket_id = u.id)'],
    [
      'not possible',
      'SELECT l.lane_no, n.* FROM dispatch_lanes l CROSS JOIN LATERAL (SELECT * FROM notifications n WHERE n.lane_no = l.lane_no LIMIT 5) n',
    ],
    [
      'not possible',
      'INSERT INTO suppressions (user_id, reason, created_by) VALUES ((SELECT id FROM users WHERE email = $1), $2, $3)',
    ],
  ])('say %s of %s', (expected, text) => expect(where(text)).toBe(expected));
});

describe('every statement of ours', () => {
  const FILE = join(root, 'test/citus/expected.json');

  it('runs where it did when somebody last looked (UPDATE=1 npx jest citus writes it anew)', () => {
    const report = reportOf(judgeAll(catalog));
    if (process.env.UPDATE) writeFileSync(FILE, `${JSON.stringify(report, null, 2)}\n`);
    expect(report).toEqual(JSON.parse(readFileSync(FILE, 'utf8')));
  });

  it('has for each reason why it does not run on its shards alone what would be done', () => {
    expect(withoutRemedy(judgeAll(catalog))).toEqual([]);
  });

  it('stands in docs/scale.md (UPDATE=1 npx jest citus writes it anew)', () => {
    const [begin, end] = ['<!-- written by UPDATE=1 npx jest citus -->\n\n', '\n\n<!-- end -->'];
    const file = join(root, 'docs/scale.md');
    const page = readFileSync(file, 'utf8');
    const judged = judgeAll(catalog);
    const written =
      page.slice(0, page.indexOf(begin)) + begin + markdownOf(reportOf(judged), judged) + page.slice(page.indexOf(end));
    if (process.env.UPDATE) writeFileSync(file, written);
    expect(readFileSync(file, 'utf8')).toBe(written);
  });
});

describe('lanes with a shard bucket', () => {
  const [customers, shards, size] = [20_000, 32, 250];
  const audience = sql`SELECT md5(n::text)::uuid AS user_id FROM generate_series(1, ${customers}::int) n`;
  const [hashFrom, width] = [-(2 ** 31), 2 ** 32 / shards];

  it('have everybody once, each lane the customers of one shard only, and at most one lane a shard more than full ones', async () => {
    const { text, values } = sql`
      SELECT bucket, cardinality(user_ids) AS customers, (SELECT min(uuid_hash(u)) FROM unnest(user_ids) u) AS least,
             (SELECT max(uuid_hash(u)) FROM unnest(user_ids) u) AS most FROM (${lanesOf(audience, shards, size)}) lanes`;
    const found = await db.query<{ bucket: number; customers: number; least: number; most: number }>(text, values);
    expect(found.reduce((sum, lane) => sum + lane.customers, 0)).toBe(customers);
    // the bounds that create_distributed_table gives a shard: the 2^32 hashes in equal parts
    const outside = found.filter(
      ({ bucket, least, most }) => least < hashFrom + bucket * width || most >= hashFrom + (bucket + 1) * width,
    );
    expect(outside).toEqual([]);
    expect(Math.max(...found.map((lane) => lane.customers))).toBeLessThanOrEqual(size);
    expect(found.length).toBeLessThanOrEqual(customers / size + shards);
  });

  it('are claimed by a statement that is routed by its customers, where the range of today asks all shards', () => {
    expect(judge(statementsOf(claimed)[0], catalog).where).toBe('some shards');
    const range =
      'SELECT n.user_id FROM notifications n WHERE n.dispatch_id = $1 AND n.user_id BETWEEN $2 AND $3 AND n.state = 0 ORDER BY n.user_id LIMIT $4';
    expect(judge(statementsOf(range)[0], catalog).where).toBe('all shards');
  });
});
