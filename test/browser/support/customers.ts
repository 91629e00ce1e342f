import type { FreshDatabase } from '../../support/database';

const STORES = ['Sant Antoni', 'Boqueria', 'Old Town'];
const DIETS = ['vegan', 'omnivore', 'vegetarian', 'omnivore'];

/**
 * Makes customers by the number: every third buys in another store, every fourth prefers another diet, and number i made i % 5
 * purchases of 10.00, one a day, beginning yesterday.
 */
export async function makeCustomers(db: FreshDatabase, count: number): Promise<void> {
  await db.query(
    `WITH made AS (
       INSERT INTO users (id, email, preferences, is_active, registration_date)
       SELECT gen_random_uuid(), 'customer-' || i || '@example.invalid', jsonb_build_object('diet', ($2::text[])[1 + i % 4]), true,
              now() - interval '1 year'
       FROM generate_series(1, $1::int) i
       RETURNING id, substring(email FROM '\\d+')::int AS i)
     INSERT INTO purchase_history (id, user_id, ticket_id, purchase_date, store_name, total_amount)
     SELECT gen_random_uuid(), id, gen_random_uuid(), now() - n * interval '1 day', ($3::text[])[1 + i % 3], 10
     FROM made, generate_series(1, i % 5) n`,
    [count, DIETS, STORES],
  );
}

/** How many of the customers 1 to `count` these facts are true of. */
export const customersWhere = (count: number, isTrue: (i: number) => boolean): number =>
  Array.from({ length: count }, (_, at) => at + 1).filter(isTrue).length;
