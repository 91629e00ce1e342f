import type { Client } from 'pg';
import { type Sql, sql } from '../src/common/sql';

export interface Size {
  customers: number;
  purchases: number;
  /** Another seed gives other data of the same kind. */
  seed: number;
}

/** The instant every benchmark asks at, so that data kept between runs keeps giving the same answers. */
export const AS_OF = '2026-11-20T12:00:00.000Z';

/** Changes with anything below, so that kept data of another shape is not mistaken for this one. */
export const SHAPE = 1;

const CHUNK = 1_000_000;

/**
 * users and purchase_history as another team would have them (their columns, their indexes, no foreign key), filled with skewed data.
 * Nothing leaves the database: rows come from generate_series, chance from setseed, ids from md5, so the same size and seed give the
 * same rows. Indexes are made once the rows are there; a primary key of random ids costs ten times as much when filled row by row.
 */
export async function seed(client: Client, size: Size): Promise<void> {
  const settings = ['synchronous_commit = off', "maintenance_work_mem = '1GB'", "timezone = 'UTC'", 'statement_timeout = 0'];
  for (const setting of settings) await client.query('SET ' + setting);
  await client.query(TABLES);
  await client.query(customers(size));
  for (let first = 1; first <= size.purchases; first += CHUNK) {
    const last = Math.min(first + CHUNK - 1, size.purchases);
    await client.query(sql`SELECT setseed(${(size.seed % 1000) / 1000 - first / 1e12}::float8)`);
    await client.query(purchases(size, first, last));
    console.log(`${last / 1e6}M of ${size.purchases / 1e6}M purchases`);
  }
  for (const statement of INDEXES) await client.query(statement);
  await client.query('VACUUM (ANALYZE) users');
  await client.query('VACUUM (ANALYZE) purchase_history');
  await client.query('CHECKPOINT');
}

const TABLES = `
  CREATE TABLE users (
    id uuid NOT NULL, email varchar(255) NOT NULL, preferences jsonb DEFAULT '{}', is_active boolean DEFAULT true,
    role varchar(20) DEFAULT 'user', registration_date timestamptz, created_at timestamptz, updated_at timestamptz);
  CREATE TABLE purchase_history (
    id uuid NOT NULL, user_id uuid NOT NULL, ticket_id uuid NOT NULL, purchase_date timestamptz NOT NULL,
    store_name varchar(255) NOT NULL, total_amount numeric(10,2) NOT NULL, products jsonb DEFAULT '[]', num_products integer DEFAULT 0,
    ticket_type varchar(100), is_market_store boolean DEFAULT false, created_at timestamptz, updated_at timestamptz);`;

const INDEXES = [
  'ALTER TABLE users ADD PRIMARY KEY (id)',
  'ALTER TABLE users ADD UNIQUE (email)',
  'ALTER TABLE purchase_history ADD PRIMARY KEY (id)',
  'CREATE INDEX ON purchase_history (user_id)',
  'CREATE INDEX ON purchase_history (ticket_id)',
  'CREATE INDEX ON purchase_history (purchase_date)',
  'CREATE INDEX ON purchase_history (store_name)',
  'CREATE INDEX ON purchase_history (user_id, purchase_date DESC)',
];

/** The id of the nth customer, shaped like a random (version 4) uuid. */
const idOf = (seed: number, number: Sql): Sql =>
  sql`overlay(overlay(md5(${`${seed}/`}::text || ${number}) placing '4' from 13) placing 'a' from 17)::uuid`;

/** In the order in which they registered. A few thousand different preference documents; 0.2 % of the customers are `vip`. */
const customers = ({ customers, seed }: Size): Sql => sql`
  INSERT INTO users
  SELECT ${idOf(seed, sql`n`)}, 'customer-' || n || '@example.com',
         CASE WHEN rolls[1] < 0.03 THEN NULL
              ELSE jsonb_strip_nulls(jsonb_build_object(
                     'diet', CASE WHEN rolls[2] < 0.08 THEN 'vegan' WHEN rolls[2] < 0.2 THEN 'vegetarian' WHEN rolls[2] < 0.24 THEN 'halal' END,
                     'language', (ARRAY['es', 'ca', 'en', 'fr'])[1 + floor(rolls[3] ^ 2 * 4)::int],
                     'likes', (SELECT jsonb_agg(DISTINCT like_no) FROM (VALUES
                                ('fruit'), ('bread'), ('cheese'), ('fish'), ('wine'), ('coffee'), ('pasta')) likes (like_no)
                               WHERE ascii(like_no) * 7 % 11 = floor(rolls[4] * 11)::int OR length(like_no) = 3 + floor(rolls[5] * 9)::int),
                     'organic', CASE WHEN rolls[6] < 0.25 THEN true WHEN rolls[6] < 0.35 THEN false END,
                     'vip', CASE WHEN rolls[7] < 0.002 THEN true END,
                     'household', CASE WHEN rolls[8] < 0.5 THEN 1 + floor(rolls[8] * 12)::int END))
         END,
         CASE WHEN rolls[9] < 0.03 THEN false WHEN rolls[9] < 0.99 THEN true END,
         CASE WHEN rolls[10] < 0.97 THEN 'user' WHEN rolls[10] < 0.995 THEN 'vendor' ELSE 'admin' END,
         registered, registered, registered
    FROM (SELECT n, ${AS_OF}::timestamptz - (1 - n / ${customers}::float8) * interval '2190 days' AS registered,
                 ARRAY[random(), random(), random(), random(), random(), random(), random(), random(), random(), random()] AS rolls
            FROM generate_series(1, ${customers}::int) n, setseed(${(seed % 1000) / 1000}::float8) OFFSET 0) made`;

/**
 * In the order of time, as tables grow: two years up to AS_OF, slightly more every month, a few hours out of order, 0.1 % after it. Nine customers in
 * ten ever buy; how often is as skewed as random()^2.2 makes it, and has nothing to do with when they registered.
 */
const purchases = ({ customers, purchases, seed }: Size, first: number, last: number): Sql => sql`
  INSERT INTO purchase_history
  SELECT md5('purchase' || n)::uuid, ${idOf(seed, sql`1 + rank * 7919 % ${customers}::bigint`)}, md5('ticket' || n)::uuid, bought,
         'Store ' || lpad((store + 1)::text, 2, '0'), amount,
         CASE items WHEN 1 THEN format('[{"product_id": "p%s", "quantity": 1}]', product)
                    WHEN 2 THEN format('[{"product_id": "p%s", "quantity": 2}, {"product_id": "p%s", "quantity": 1}]', product, product / 3)
                    ELSE format('[{"product_id": "p%s", "quantity": 1}, {"product_id": "p7", "quantity": 6}]', product) END::jsonb,
         items, (ARRAY['receipt', 'online', 'invoice', 'return'])[1 + floor(kind ^ 3 * 4)::int],
         CASE WHEN odd >= 0.01 THEN store % 3 = 0 END, bought, bought
    FROM (SELECT n, floor(random() ^ 2.2 * 0.9 * ${customers})::bigint AS rank, floor(random() ^ 3 * 40)::int AS store,
                 round(exp(random_normal(2.9, 0.85))::numeric, 2) AS amount, 1 + floor(random() ^ 2 * 3)::int AS items,
                 floor(random() ^ 2 * 5000)::int AS product, random() AS kind, random() AS odd,
                 ${AS_OF}::timestamptz - (1 - (n / (${purchases}::float8 * 0.999)) ^ 0.9) * interval '730 days' - random() * interval '6 hours' AS bought
            FROM generate_series(${first}::int, ${last}::int) n OFFSET 0) made`;
