import { type Sql, sql } from '../../common/sql';

/** Eight questions as segments ask them, each counted: what the proposed indexes are judged by, here and in bench/index-gain.bench.ts. */
export type RuleName =
  | 'spend_90_days'
  | 'spend_lifetime'
  | 'broad_365_days'
  | 'narrow_store'
  | 'rare_preference'
  | 'preference_and_spend'
  | 'rare_preference_and_spend'
  | 'never_bought';

export interface RuleExample {
  /** The instant they are read at. */
  asOf: Sql;
  /** A store few purchases are made in. */
  store: string;
  /** Preferences that some customers have, and that very few have. */
  preferences: object;
  rarePreferences: object;
}

/** The statements have the shape that the segments' own have. */
export function representativeRules({ asOf, store, preferences, rarePreferences }: RuleExample): Record<RuleName, Sql> {
  const lastDays = (days: number) => sql`p.purchase_date >= ${asOf} - make_interval(hours => ${days * 24}::int)`;
  const soFar = sql`p.purchase_date <= ${asOf}`;
  const spentAtLeast = (amount: number) =>
    sql`coalesce(sum(p.total_amount::numeric), 0) >= ${amount}::numeric AND coalesce(sum(p.total_amount::numeric), 0) <> 'NaN'::numeric`;
  const grouped = (scope: Sql, having: Sql) =>
    sql`u.id IN (SELECT p.user_id FROM purchase_history p WHERE ${scope} GROUP BY p.user_id HAVING ${having})`;
  const some = (scope: Sql) => sql`EXISTS (SELECT FROM purchase_history p WHERE p.user_id = u.id AND ${scope})`;
  const prefer = (wanted: object) => sql`u.preferences @> ${JSON.stringify(wanted)}::jsonb`;
  const count = (condition: Sql) =>
    sql`SELECT count(*) AS total FROM users u WHERE u.is_active IS NOT FALSE AND ${condition}`;
  return {
    spend_90_days: count(grouped(sql`${lastDays(90)} AND ${soFar}`, spentAtLeast(100))),
    spend_lifetime: count(grouped(soFar, spentAtLeast(500))),
    broad_365_days: count(grouped(sql`${lastDays(365)} AND ${soFar}`, sql`count(*) >= ${2}::bigint`)),
    narrow_store: count(some(sql`${lastDays(30)} AND p.store_name = ANY(${[store]}::text[]) AND ${soFar}`)),
    rare_preference: count(prefer(rarePreferences)),
    preference_and_spend: count(
      sql`${prefer(preferences)} AND ${grouped(sql`${lastDays(365)} AND ${soFar}`, spentAtLeast(200))}`,
    ),
    rare_preference_and_spend: count(sql`${prefer(rarePreferences)} AND ${grouped(soFar, spentAtLeast(200))}`),
    never_bought: count(sql`NOT ${some(soFar)}`),
  };
}
