import type { Queryable } from '../../common/sql';
import { plannerGain } from './planner-gain';
import { coveringIndexes } from './proposed-indexes';

const [byCustomer, , byPreferences] = coveringIndexes;

/** A database with hypopg in the schema "tools", whose planner finds everything four times cheaper with an index. */
function withHypopg(statements: string[], create: () => void = () => undefined): Queryable {
  let indexed = false;
  return {
    query: (text, values) => {
      statements.push(text);
      if (text.includes('pg_extension')) return Promise.resolve([{ schema: 'tools' }]);
      if (text.startsWith('EXPLAIN'))
        return Promise.resolve([{ 'QUERY PLAN': [{ Plan: { 'Total Cost': indexed ? 25 : 100 } }] }]);
      if (text.includes('hypopg_create_index')) {
        statements.push(String(values?.[0]));
        create();
        indexed = true;
      }
      if (text.includes('hypopg_reset')) indexed = false;
      return Promise.resolve([]);
    },
  };
}

it('asks the planner twice, and leaves no hypothetical index behind', async () => {
  const statements: string[] = [];

  const gain = await plannerGain(withHypopg(statements), 'shop', byCustomer);

  expect(gain).toEqual({ spend_90_days: 4, spend_lifetime: 4, broad_365_days: 4, narrow_store: 4, never_bought: 4 });
  expect(statements).toContain(
    'CREATE INDEX "purchases_by_customer" ON "shop"."purchase_history" (user_id, purchase_date) INCLUDE (total_amount, store_name, is_market_store);',
  );
  expect(statements.at(-1)).toBe('SELECT "tools".hypopg_reset()');
});

it('says nothing of what the extension cannot make', async () => {
  const statements: string[] = [];
  const refusing = withHypopg(statements, () => {
    throw new Error('hypopg: INCLUDE is not supported');
  });

  expect(await plannerGain(refusing, 'shop', byCustomer)).toBeUndefined();
  expect(await plannerGain(refusing, 'shop', byPreferences)).toBeUndefined();
  expect(statements.at(-2)).toBe('SELECT "tools".hypopg_reset()');
});

it('says nothing where the extension is not installed', async () => {
  expect(await plannerGain({ query: () => Promise.resolve([]) }, 'shop', byCustomer)).toBeUndefined();
});
