import { loadDemoData } from '../src/customers/demo-data';
import { type FreshDatabase, freshDatabase } from './support/database';
import { examined, proposals } from './support/doctor';

let db: FreshDatabase;
beforeEach(async () => void (db = await freshDatabase()));
afterEach(() => db.drop());

/** One by one: CONCURRENTLY knows no transaction. */
const run = async (statements: string[]) => {
  for (const statement of statements) await db.query(statement);
};

describe('an index', () => {
  const missing = async () => proposals(await examined(db.url)).map(({ index }) => index!.name);

  it.each([
    ['with more columns', '(purchase_date, store_name) INCLUDE (is_market_store, user_id, total_amount)'],
    ['the other way round', '(purchase_date DESC) INCLUDE (user_id, total_amount, store_name, is_market_store)'],
    ['with all of them as keys', '(purchase_date, user_id, total_amount, store_name, is_market_store)'],
  ])('%s serves as well as the one proposed', async (_what, columns) => {
    await run([`CREATE INDEX ON purchase_history ${columns}`]);

    expect(await missing()).not.toContain('purchases_by_date');
  });

  it.each([
    ['of some rows', '(purchase_date) INCLUDE (user_id, total_amount, store_name, is_market_store) WHERE is_market_store'],
    ['that carries less', '(purchase_date) INCLUDE (user_id, total_amount)'],
    ['in another order', '(store_name, purchase_date) INCLUDE (user_id, total_amount, is_market_store)'],
    ['of an expression', '(lower(store_name)) INCLUDE (purchase_date, user_id, total_amount, store_name, is_market_store)'],
    ['of another method', 'USING brin (purchase_date)'],
  ])('%s does not', async (_what, columns) => {
    await run([`CREATE INDEX ON purchase_history ${columns}`]);

    expect(await missing()).toContain('purchases_by_date');
  });

  it('that every question needs is missed only where no other begins with its column', async () => {
    await db.query('DROP INDEX purchase_history_user_id_purchase_date_idx, purchase_history_purchase_date_idx');
    await db.query('CREATE INDEX ON purchase_history (purchase_date, store_name)');

    expect(await missing()).toContain('purchases_customer_only');
    expect(await missing()).not.toContain('purchases_date_only');
  });

  it('is made by the statements given, whatever its name is taken by', async () => {
    await db.query('CREATE TABLE public.users_preferences ()');
    const found = proposals(await examined(db.url));

    await run(found.flatMap(({ index }) => index!.statements));

    expect(found[0].remedy).toContain('"users_preferences_2"');
    expect(await missing()).toEqual([]);
  });

  it('is made on every partition, of partitions too, in a schema whose name is a key word', async () => {
    await db.query(`
      CREATE SCHEMA "order";
      ALTER TABLE users SET SCHEMA "order";
      CREATE TABLE "order".purchase_history (LIKE public.purchase_history) PARTITION BY RANGE (purchase_date);
      CREATE TABLE "order"."before 2026" PARTITION OF "order".purchase_history FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
      CREATE TABLE "order".since PARTITION OF "order".purchase_history FOR VALUES FROM ('2026-01-01') TO (MAXVALUE)
        PARTITION BY HASH (user_id);
      CREATE TABLE "order".since_0 PARTITION OF "order".since FOR VALUES WITH (MODULUS 2, REMAINDER 0);
      CREATE TABLE "order".since_1 PARTITION OF "order".since FOR VALUES WITH (MODULUS 2, REMAINDER 1)`);
    const env = { CUSTOMERS_SCHEMA: 'order' };

    const found = proposals(await examined(db.url, env));
    await run(found.flatMap(({ index }) => index!.statements));

    expect(found).toHaveLength(6);
    expect(proposals(await examined(db.url, env))).toEqual([]);
  });

  it('is about as large as was said', async () => {
    await loadDemoData(db.url, 'public', { customers: 3000 });
    await db.query(
      'DROP INDEX purchase_history_user_id_purchase_date_idx, purchase_history_purchase_date_idx, purchase_history_store_name_idx',
    );
    await db.query('VACUUM ANALYZE');
    const found = proposals(await examined(db.url));
    await run(found.flatMap(({ index }) => index!.statements));

    expect(found).toHaveLength(6);
    for (const { index } of found) {
      const name = /EXISTS ("[^"]+")/.exec(index!.statements[0])![1];
      const [{ bytes }] = await db.query<{ bytes: string }>('SELECT pg_relation_size($1::regclass) AS bytes', [name]);
      const ratio = index!.estimated_bytes / Number(bytes);
      expect({ name, ratio, within: ratio > 0.5 && ratio < 2 }).toMatchObject({ within: true });
    }
  });
});

describe('an index for addresses', () => {
  const found = async () => (await examined(db.url)).findings.filter(({ subject }) => subject.endsWith('(lower(email))'));
  const many = () =>
    db.query(`INSERT INTO users (id, email, preferences)
              SELECT gen_random_uuid(), i || '@example.com', jsonb_build_object('x', repeat('x', 300)) FROM generate_series(1, 30000) i`);

  it('is proposed where there are many customers, by statements that make it', async () => {
    expect(await found()).toEqual([]);
    await many();

    const [missing] = await found();
    expect(missing).toMatchObject({
      id: 'index-missing',
      level: 'info',
      remedy: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS "users_lower_email" ON "public"."users" (lower(email));',
    });
    await run(missing.remedy!.split('\n'));

    expect(await found()).toMatchObject([
      { id: 'index', level: 'ok', message: expect.stringContaining('users_lower_email') },
    ]);
  });

  it('is not one of some rows, nor one that begins with something else', async () => {
    await many();
    await run([
      `CREATE INDEX ON users (lower(email)) WHERE is_active`,
      `CREATE INDEX ON users (id, lower(email))`,
      `CREATE INDEX ON users (upper(email))`,
    ]);
    expect(await found()).toMatchObject([{ id: 'index-missing' }]);
  });
});
