import { Problem } from '../../common/problem';
import { type Queryable, rows, sql } from '../../common/sql';
import { sqlstateOf } from '../../database/pg-errors';
import { filtersOf, nodesOf, type RuleNode } from '../rules/rule';
import type { AsOf, SegmentQueryBuilder } from './segment-query.builder';

/** query_canceled: the server ended the statement at its time limit. */
const CANCELLED = '57014';

/**
 * Reads what rules give; where PostgreSQL gives up on it, says which part of them costs most. `at` is where a rule stands in the request.
 * @throws Problem rule-too-heavy
 */
export async function namingTheCostliest<T>(
  read: () => Promise<T>,
  database: Queryable,
  builder: SegmentQueryBuilder,
  rules: readonly RuleNode[],
  asOf: AsOf,
  at: (rule: number) => string = () => '/filters',
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (sqlstateOf(error) !== CANCELLED) throw error;
    const { node: part, rule } = (await costliestPart(database, builder, rules, asOf)) ?? { node: undefined, rule: 0 };
    const keys = part ? filtersOf(part.filters).map(({ filter }) => filter.key) : [];
    throw new Problem(
      'rule-too-heavy',
      `The database did not answer within its time limit. What costs most is ${keys.join(', ') || 'the list of customers itself'}` +
        `${part?.pointer ? ` (${part.pointer})` : ''}. Narrow it, or ask the column index (source=index).`,
      [{ pointer: `${at(rule)}${part?.pointer ?? ''}`, detail: 'costs most' }],
      { cause: error },
    );
  }
}

type FiltersNode = Extract<RuleNode, { type: 'filters' }>;

/** By the planner's estimates: they cost milliseconds where the answer itself was too much. */
async function costliestPart(
  database: Queryable,
  builder: SegmentQueryBuilder,
  rules: readonly RuleNode[],
  asOf: AsOf,
): Promise<{ node: FiltersNode; rule: number } | undefined> {
  let costliest: { node: FiltersNode; rule: number; cost: number } | undefined;
  const nodes = rules.flatMap((rule, i) => nodesOf(rule).map((node) => ({ node, rule: i })));
  for (const { node, rule } of nodes) {
    if (node.type !== 'filters') continue;
    const [plan] = await rows<{ 'QUERY PLAN': [{ Plan: { 'Total Cost': number } }] }>(
      database,
      sql`EXPLAIN (FORMAT JSON) ${builder.audience([node], asOf)}`,
    );
    const cost = plan['QUERY PLAN'][0].Plan['Total Cost'];
    if (!costliest || cost > costliest.cost) costliest = { node, rule, cost };
  }
  return costliest;
}
