import fc from 'fast-check';
import type { FreshDatabase } from './database';
import { type CustomerFact, DAY, type Facts, type PurchaseFact } from './naive-evaluator';

/** Rules are read at this instant; facts cluster around the ends of the windows before it. */
export const AS_OF = Date.parse('2026-03-29T12:00:00Z') * 1000 + 123_456; // the clocks of Europe change: a day is 24 hours all the same

export const STORES = ['Old Town', 'old town', 'Mercat', "D'Or; --", 'Ñandú 🛒', ''];
export const TICKET_TYPES = ['online', 'Online', 'paper'];
export const ROLES = ['user', 'vendor', 'admin'];
export const WINDOWS = [1, 2, 30, 31, 365, 3650];

/** Any instant around, and often one at the very end of a window, or a microsecond beside it. */
export const moment: fc.Arbitrary<number> = fc
  .oneof(
    fc.integer({ min: -3700 * 86_400, max: 10 * 86_400 }).map((seconds) => seconds * 1_000_000),
    fc.tuple(fc.constantFrom(0, ...WINDOWS), fc.constantFrom(-1, 0, 1)).map(([days, beside]) => beside - days * DAY),
  )
  .map((offset) => AS_OF + offset);

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>('a', 'b', 1, 0, true, null, 1.5),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 2 }),
  object: fc.dictionary(fc.constantFrom('diet', 'likes', 'x'), tie('value'), { maxKeys: 2 }),
}));
export const preferences: fc.Arbitrary<Record<string, unknown>> = json.object;

const product = fc.record(
  { name: fc.constantFrom('tea', 'milk'), price: fc.constantFrom(1, 1.5), tags: fc.subarray(['eco', 'new']) },
  { requiredKeys: [] },
);
/** Of every key a list of texts. */
export const inferred: fc.Arbitrary<Record<string, string[]>> = fc.dictionary(
  fc.constantFrom('diet', 'likes'),
  fc.subarray(['a', 'b', 'tea'], { minLength: 1 }),
);
export const products = fc.array(product, { minLength: 1, maxLength: 3 });

const customer: fc.Arbitrary<CustomerFact> = fc.record({
  id: fc.uuid(),
  preferences: fc.oneof(
    { weight: 4, arbitrary: preferences },
    { weight: 1, arbitrary: fc.constantFrom(null, [], ['a'], 'a', 1) },
  ),
  inferred: fc.option(inferred, { freq: 2 }),
  is_active: fc.constantFrom(true, true, true, false, null),
  role: fc.constantFrom('user', 'user', ...ROLES, null),
  registered: fc.option(moment, { freq: 5 }),
});
const purchase = (user_id: string): fc.Arbitrary<PurchaseFact> =>
  fc.record({
    user_id: fc.constant(user_id),
    at: moment,
    store_name: fc.constantFrom(...STORES),
    cents: fc.constantFrom(0, 1, -1, 500, 999, 1000, 1001, 2000, -1000, 10_010),
    is_market_store: fc.constantFrom(true, false, null),
    products: fc.oneof(
      { weight: 4, arbitrary: products },
      { weight: 1, arbitrary: fc.constantFrom<unknown>(null, [], {}, { name: 'tea' }, 'tea', ['tea']) },
    ),
    ticket_type: fc.constantFrom(...TICKET_TYPES, null),
  });
/** Whom a purchase names who is not in users. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

/** The same facts for the same count and seed. */
export function randomFacts(count: number, seed: number): Facts {
  const customers = fc.sample(customer, { numRuns: count, seed });
  const bought = customers.map(({ id }, i) =>
    fc.sample(fc.array(purchase(id), { maxLength: 8 }), { numRuns: 1, seed: seed + i + 1 }),
  );
  return { customers, purchases: [...bought.flat(2), ...fc.sample(purchase(NOBODY), { numRuns: 50, seed })] };
}

/** Writes facts into the tables. A JSON null becomes NULL on the way. */
export async function insertFacts(db: FreshDatabase, { customers, purchases }: Facts): Promise<void> {
  await db.query(
    `INSERT INTO users (id, email, preferences, is_active, role, registration_date)
     SELECT id, id || '@example.invalid', preferences, is_active, role, timestamptz 'epoch' + registered * interval '1 microsecond'
     FROM jsonb_to_recordset($1) AS r(id uuid, preferences jsonb, is_active boolean, role text, registered bigint)`,
    [JSON.stringify(customers)],
  );
  await db.query(
    `INSERT INTO inferred_preferences (user_id, preferences, evidence, model, inferred_at)
     SELECT id, inferred, '[]', 'a model', now() FROM jsonb_to_recordset($1) AS r(id uuid, inferred jsonb) WHERE inferred IS NOT NULL`,
    [JSON.stringify(customers)],
  );
  await db.query(
    `INSERT INTO purchase_history (id, user_id, ticket_id, purchase_date, store_name, total_amount, is_market_store, products, ticket_type)
     SELECT gen_random_uuid(), user_id, gen_random_uuid(), timestamptz 'epoch' + at * interval '1 microsecond', store_name, cents / 100.0,
            is_market_store, products, ticket_type
     FROM jsonb_to_recordset($1)
       AS r(user_id uuid, at bigint, store_name text, cents numeric, is_market_store boolean, products jsonb, ticket_type text)`,
    [JSON.stringify(purchases)],
  );
  await db.query('ANALYZE users, purchase_history, inferred_preferences');
}
