import { vocabulary } from './vocabulary';
import { type CustomerFact, DAY, type Facts, NaiveEvaluator, type PurchaseFact } from '../test/support/naive-evaluator';

const AS_OF = Date.parse('2026-11-22T12:00:00Z') * 1000;
const CUSTOMERS = 2000;
const SEED = 20_261_122;

/** The same numbers every time (mulberry32, https://github.com/cprosche/mulberry32): 0 … 1. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Made-up customers of the shop, among whom rules are compared: whether one reaches somebody whom another does not. They have what the
 * vocabulary has, and what it has not, so that no rule of a case is by chance like another.
 */
export async function population(): Promise<NaiveEvaluator> {
  const next = numbers(SEED);
  const one = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)];
  const names = async (key: string) => (await vocabulary.of(key)).map(({ value }) => value as string);
  const fragments = (await vocabulary.of('preferences_contains')).map(({ value }) => value as Record<string, unknown>);
  const [stores, types] = [await names('stores_in'), await names('ticket_types_in')];

  const customer = (_: unknown, i: number): CustomerFact => ({
    id: String(i).padStart(5, '0'),
    preferences: Object.assign({ language: one(['ca', 'es', 'en']) }, ...fragments.filter(() => next() < 0.2)) as unknown,
    inferred: null,
    is_active: true,
    role: one(['user', 'user', 'user', 'vendor', 'admin']),
    registered: AS_OF - Math.floor(next() ** 3 * 2000 * DAY),
  });
  const purchase = (user_id: string): PurchaseFact => ({
    user_id,
    at: AS_OF - Math.floor(next() ** 2 * 1500 * DAY),
    store_name: one([...stores, 'Elsewhere']),
    cents: Math.floor(next() ** 2 * 30_000),
    is_market_store: one([true, false]),
    products: [{ name: one(['tea', 'bread']) }],
    ticket_type: one([...types, null]),
  });

  const customers = Array.from({ length: CUSTOMERS }, customer);
  const purchases = customers.flatMap(({ id }) =>
    Array.from({ length: next() < 0.1 ? 0 : Math.floor(next() ** 2 * 25) }, () => purchase(id)),
  );
  const facts: Facts = { customers, purchases };
  return new NaiveEvaluator(facts, AS_OF);
}
