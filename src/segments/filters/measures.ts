import { sql, type Sql } from '../../common/sql';

/** A number or an instant that purchases `p` have together. */
export interface Measure {
  readonly name: 'spent' | 'purchases' | 'average' | 'first' | 'last';
  readonly unit: 'money' | 'count' | 'instant';
  /**
   * An aggregate, never NULL. `only` is empty or ` FILTER (WHERE …)`, to stand after every aggregate function: several scopes are
   * measured in one pass that way.
   */
  sql(only: Sql): Sql;
}

/** The cast makes it exact where total_amount is double precision in an older install, and is free where it is numeric. */
const amount = sql`p.total_amount::numeric`;

export const spent: Measure = { name: 'spent', unit: 'money', sql: (only) => sql`coalesce(sum(${amount})${only}, 0)` };

export const purchases: Measure = { name: 'purchases', unit: 'count', sql: (only) => sql`count(*)${only}` };

/**
 * NaN without a purchase, which is more than every number to PostgreSQL: whoever compares sets an upper bound. avg() rounds to as many
 * decimals as the sum has, or to 16 digits, and could reach a line that the average only comes near. A quotient has at least the
 * decimals of its dividend; twenty more than the amounts have decide between any two averages of fewer than 10^19 purchases.
 */
export const average: Measure = {
  name: 'average',
  unit: 'money',
  sql: (only) => sql`coalesce(sum(${amount})${only} * 1.00000000000000000000 / nullif(count(*)${only}, 0), 'NaN')`,
};

/** Infinity without a purchase: later than every instant. */
export const first: Measure = {
  name: 'first',
  unit: 'instant',
  sql: (only) => sql`coalesce(min(p.purchase_date)${only}, 'infinity')`,
};

/** -infinity without a purchase: earlier than every instant. */
export const last: Measure = {
  name: 'last',
  unit: 'instant',
  sql: (only) => sql`coalesce(max(p.purchase_date)${only}, '-infinity')`,
};
