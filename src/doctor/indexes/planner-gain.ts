import { escapeIdentifier } from 'pg';
import { type Queryable, raw, row, rows, type Sql, sql } from '../../common/sql';
import { createIndex } from './create-index';
import type { ProposedIndex } from './proposed-indexes';
import { representativeRules, type RuleName } from './representative-rules';

/** Which rules the planner of this database would find cheaper with the index, and how many times: `{ spend_lifetime: 2.4 }`. */
export type PlannerGain = Partial<Record<RuleName, number>>;

/** Rules on preferences are left out: hypopg has no GIN, and we do not know what preferences there are. */
const ASKED: readonly RuleName[] = ['spend_90_days', 'spend_lifetime', 'broad_365_days', 'narrow_store', 'never_bought'];

/** Less than this is noise in the planner's estimates. */
const WORTH_SAYING = 1.05;

/**
 * Asks the planner, where the extension hypopg is installed: it makes an index that only this session's planner sees, and writes nothing.
 * @returns undefined where it is not installed, or cannot make such an index.
 */
export async function plannerGain(
  database: Queryable,
  schema: string,
  index: ProposedIndex,
): Promise<PlannerGain | undefined> {
  const [extension] = await rows<{ schema: string }>(
    database,
    sql`SELECT n.nspname AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'hypopg'`,
  );
  if (!extension || index.method !== 'btree') return undefined;
  const hypopg = raw(escapeIdentifier(extension.schema));
  const rules = representativeRules({
    asOf: sql`now()`,
    store: await rareStore(database, schema),
    preferences: {},
    rarePreferences: {},
  });
  const costs = async () => {
    const found: number[] = [];
    for (const rule of ASKED) found.push(await cost(database, rules[rule]));
    return found;
  };
  try {
    const before = await costs();
    const statement = createIndex({ schema, name: index.table }, index.name, index).replace('IF NOT EXISTS ', '');
    await rows(database, sql`SELECT * FROM ${hypopg}.hypopg_create_index(${statement})`);
    const after = await costs();
    const gains = ASKED.map((rule, at): [RuleName, number] => [rule, Number((before[at] / after[at]).toFixed(1))]);
    return Object.fromEntries(gains.filter(([, times]) => times >= WORTH_SAYING));
  } catch {
    return undefined; // a version of hypopg without INCLUDE: the measured figures stand alone
  } finally {
    await rows(database, sql`SELECT ${hypopg}.hypopg_reset()`);
  }
}

async function cost(database: Queryable, rule: Sql): Promise<number> {
  const explained = await row<{ 'QUERY PLAN': [{ Plan: { 'Total Cost': number } }] }>(
    database,
    sql`EXPLAIN (FORMAT JSON) ${rule}`,
  );
  return explained['QUERY PLAN'][0].Plan['Total Cost'];
}

/** The last of the stores that the statistics know by name. */
async function rareStore(database: Queryable, schema: string): Promise<string> {
  const stores = await rows<{ stores: string[] | null }>(
    database,
    sql`SELECT most_common_vals::text::text[] AS stores FROM pg_stats
         WHERE schemaname = ${schema} AND tablename = 'purchase_history' AND attname = 'store_name'`,
  );
  return stores[0]?.stores?.at(-1) ?? '';
}
