import { qualified } from '../indexes/create-index';
import type { CustomerRelation } from '../customer-relations';
import type { Check, Finding } from '../finding';

/** Below this a table is read whole in no time, and nothing about it matters. */
export const SMALL_BYTES = 8 * 2 ** 20;

/** Index-only scans, which the proposed indexes live from, look at the table for every page that is not known to be visible to all. */
const ALL_VISIBLE_SHARE = 0.5;

/** Whether the planner knows the tables it plans for. */
export const checkStatistics: Check = ({ relations }) =>
  Promise.resolve(relations.filter(({ kind, bytes }) => kind === 'foreign table' || bytes > 0).map(judge));

function judge(relation: CustomerRelation): Finding {
  const subject = `${relation.schema}.${relation.name}`;
  if (!relation.analysed)
    return {
      id: 'never-analysed',
      level: 'warning',
      subject,
      message: 'was never analysed: the planner guesses, and may choose a plan that takes many times longer',
      remedy: `ANALYZE ${qualified(relation)};`,
    };
  if (relation.kind === 'table' && relation.bytes > SMALL_BYTES && relation.allVisibleShare < ALL_VISIBLE_SHARE)
    return {
      id: 'seldom-vacuumed',
      level: 'info',
      subject,
      message: `only ${Math.round(relation.allVisibleShare * 100)} % of it is marked visible to all: index-only scans still read much of the table`,
      remedy: `VACUUM (ANALYZE) ${qualified(relation)};`,
    };
  return { id: 'statistics', level: 'ok', subject, message: 'has statistics for the planner' };
}
