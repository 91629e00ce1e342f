import type TestAgent from 'supertest/lib/agent';
import type { FreshDatabase } from './database';

/** A row of users; what is left out takes a plain value. */
export interface CustomerFacts {
  id?: string;
  email?: string;
  preferences?: object | null;
  is_active?: boolean | null;
  role?: string | null;
  registration_date?: string | null;
}

/** A row of purchase_history; what is left out takes a plain value: 10.00 in Old Town, a day ago. */
export interface PurchaseFacts {
  purchase_date?: string;
  /** Instead of purchase_date. */
  days_ago?: number;
  store_name?: string;
  total_amount?: number | string;
  is_market_store?: boolean | null;
  products?: unknown;
  ticket_type?: string | null;
}

export interface Made {
  id: string;
  [field: string]: unknown;
}

let serial = 0;

/** Verbs to make facts with. */
export function makers(db: Pick<FreshDatabase, 'query'>, api: TestAgent) {
  const customer = async (facts: CustomerFacts = {}, ...purchases: PurchaseFacts[]): Promise<{ id: string }> => {
    const [made] = await db.query<{ id: string }>(
      `INSERT INTO users (id, email, preferences, is_active, role, registration_date)
       VALUES (coalesce($1::uuid, gen_random_uuid()), $2, $3, $4, $5, $6) RETURNING id`,
      [
        facts.id ?? null,
        facts.email ?? `customer-${++serial}@example.invalid`,
        facts.preferences === undefined ? '{}' : facts.preferences && JSON.stringify(facts.preferences),
        facts.is_active === undefined ? true : facts.is_active,
        facts.role === undefined ? 'user' : facts.role,
        facts.registration_date ?? null,
      ],
    );
    for (const facts of purchases) await purchase(made, facts);
    return made;
  };

  const purchase = async (customer: { id: string }, facts: PurchaseFacts = {}): Promise<void> => {
    await db.query(
      `INSERT INTO purchase_history (id, user_id, ticket_id, purchase_date, store_name, total_amount, is_market_store, products, ticket_type)
       VALUES (gen_random_uuid(), $1, gen_random_uuid(), coalesce($2::timestamptz, now() - make_interval(secs => $3)), $4, $5, $6, $7, $8)`,
      [
        customer.id,
        facts.purchase_date ?? null,
        (facts.days_ago ?? 1) * 86_400,
        facts.store_name ?? 'Old Town',
        facts.total_amount ?? 10,
        facts.is_market_store === undefined ? false : facts.is_market_store,
        facts.products === undefined ? '[]' : facts.products && JSON.stringify(facts.products),
        facts.ticket_type ?? null,
      ],
    );
  };

  const created = async (path: string, body: object): Promise<Made> => (await api.post(path).send(body).expect(201)).body;

  return {
    customer,
    purchase,
    /** Several customers at once, without purchases. */
    customers: (count: number) => Promise.all(Array.from({ length: count }, () => customer())),
    segment: (filters: object = {}, name = `Segment ${++serial}`) => created('/segments', { name, filters }),
    campaign: (segments: { id: string }[], message = 'See you at the market!', rules: object = {}) =>
      created('/campaigns', { name: `Campaign ${++serial}`, message, segment_ids: segments.map(({ id }) => id), ...rules }),
  };
}
