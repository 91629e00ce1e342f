import type { Answer, ExplainRow, LeafRow } from '../queries/explain-query';
import { given } from '../queries/filter-set.sql';
import { filtersOf, type RuleNode } from '../rules/rule';
import type { FilterAnswerView, NodeExplanation } from './explanation.dto';

const DAY_MS = 86_400_000;

/** The tree of a rule with what each node says of the customer `row` is about. */
export function explanation(rule: RuleNode, row: ExplainRow): NodeExplanation {
  const leaves = row.leaves[Symbol.iterator]();
  return explain(rule, leaves);
}

/** `leaves` come in the order in which the tree is walked here. */
function explain(node: RuleNode, leaves: Iterator<LeafRow>): NodeExplanation {
  if (node.type === 'filters') return explainSet(node, leaves.next().value as LeafRow);
  const parts = node.parts.map((part) => explain(part, leaves));
  const held = parts.filter((part) => part.holds).length;
  const holds = { all: held === parts.length, any: held > 0, not: held === 0, segment: held > 0 }[node.type];
  return {
    pointer: node.pointer,
    type: node.type,
    holds,
    parts,
    ...(node.type === 'segment' && { segment_id: node.segmentId }),
  };
}

function explainSet(node: Extract<RuleNode, { type: 'filters' }>, row: LeafRow): NodeExplanation {
  const { customer, scope, totals, standings } = given(node.filters);
  const answers = new Map<string, Partial<FilterAnswerView>>();
  customer.forEach(({ filter }, i) => answers.set(filter.key, row.customer[i]));
  standings.forEach(({ filter }, i) => answers.set(filter.key, row.standings[i] ?? { holds: false, actual: null }));
  totals.forEach(({ filter }, i) => {
    const answer = row.purchases!.totals[i];
    const off_by = answer.holds ? 0 : distance(answer, filter.measure.unit);
    answers.set(filter.key, {
      holds: answer.holds,
      actual: known(answer.actual),
      threshold: known(answer.threshold),
      off_by,
    });
  });
  scope.forEach(({ filter }) => answers.set(filter.key, { holds: null }));

  // a set that only narrows asks for at least one such purchase
  const bought = scope.length === 0 || totals.length > 0 || row.purchases!.count > 0;
  return {
    pointer: node.pointer,
    type: 'filters',
    holds: bought && [...answers.values()].every(({ holds }) => holds !== false),
    parts: [],
    filters: filtersOf(node.filters).map(({ filter, value }) => ({
      filter: filter.key,
      asked: value,
      ...(answers.get(filter.key) as Omit<FilterAnswerView, 'filter' | 'asked'>),
    })),
    ...(row.purchases && {
      purchases: row.purchases.count,
      spent: known(row.purchases.spent),
      newest_purchases: row.purchases.newest.map((shown) => ({
        ...shown,
        purchase_date: known(shown.purchase_date),
        total_amount: known(shown.total_amount),
      })),
    }),
  };
}

/** What measures of no purchase give, and sums of amounts that are no numbers: there is no such instant or number to show. */
const known = <T>(value: T): T | null => (NO_VALUES.includes(value) ? null : value);
const NO_VALUES: unknown[] = ['infinity', '-infinity', 'NaN', 'Infinity', '-Infinity', undefined];

function distance({ actual, threshold }: Answer, unit: 'money' | 'count' | 'instant'): number | null {
  if (known(actual) === null || known(threshold) === null) return null;
  if (unit === 'instant') return rounded(Math.abs(Date.parse(actual as string) - Date.parse(threshold as string)) / DAY_MS);
  return rounded(Math.abs((actual as number) - (threshold as number)));
}

/** Two decimals, cents or hundredths of a day; 0.01 for what is off by less, were it a microsecond. */
const rounded = (value: number): number => Math.max(1, Math.ceil(value * 100 - 1e-6)) / 100;
