import type { Schema } from '../../../api/client';
import type { Words } from './filter-reading';
import { leafText, leavesIn } from './fragments';
import { unitOf } from './known-filters';
import type { Rule } from './rule';

type Node = Schema<'NodeExplanation'>;
type FilterAnswer = Schema<'FilterAnswerView'>;

/** The rule that a node of an explanation says, for its words. */
export function ruleOfNode(node: Node): Rule {
  switch (node.type) {
    case 'all':
      return { all: node.parts.map(ruleOfNode) };
    case 'any':
      return { any: node.parts.map(ruleOfNode) };
    case 'not':
      return { not: ruleOfNode(node.parts[0]) };
    case 'segment':
      return { segment_id: node.segment_id ?? '' };
    case 'filters':
      return Object.fromEntries((node.filters ?? []).map(({ filter, asked }) => [filter, asked]));
  }
}

/** What is so of a customer, in the unit of the filter. */
export function readActual({ t, format }: Words, filter: string, actual: unknown): string {
  if (actual === null || actual === undefined) return t('answer.nothing');
  const unit = unitOf[filter];
  if (typeof actual === 'number') return unit === 'money' ? format.money(actual) : format.number(actual);
  if (typeof actual === 'string')
    return unit === 'instant' && !Number.isNaN(Date.parse(actual)) ? format.dateTime(actual) : actual;
  if (typeof actual === 'boolean') return t(actual ? 'answer.yes' : 'answer.no');
  if (Array.isArray(actual)) return actual.length === 0 ? t('answer.nothing') : JSON.stringify(actual);
  if (filter === 'rfm') {
    const scores = ((actual as Record<string, unknown>).scores ?? {}) as Record<string, unknown>;
    const names = (['recency', 'frequency', 'monetary'] as const).filter((name) => typeof scores[name] === 'number');
    return format.list(names.map((name) => t(`reading.rfm.${name}One`, { from: scores[name] })));
  }
  const leaves = leavesIn(actual as Readonly<Record<string, unknown>>);
  return leaves.length === 0 ? t('answer.nothing') : leaves.map(leafText).join(', ');
}

/** How far off a customer is; undefined where it holds, or no distance can be told. */
export function readDistance({ t, format }: Words, { filter, off_by }: FilterAnswer): string | undefined {
  if (!off_by) return undefined;
  const rounded = Math.max(0.1, Math.round(off_by * 10) / 10); // of days; hundredths of one are minutes
  const counted = { count: off_by, formatted: format.number(off_by) };
  switch (unitOf[filter]) {
    case 'money':
      return t('answer.off', { off: format.money(off_by) });
    case 'purchases':
      return t('answer.off', { off: t('answer.offPurchases', counted) });
    case 'instant':
      return t('answer.off', { off: t('answer.offDays', { count: rounded, formatted: format.number(rounded) }) });
    default:
      return t('answer.off', { off: counted.formatted });
  }
}
