import type { Schema } from '../../../api/client';

type Rule = Schema<'PreviewRuleRequest'>['filters'];

/**
 * The rule that gives whoever is in one of the included segments and in none of the excluded, to be counted before there is a campaign.
 * Undefined where nobody is included.
 */
export function audienceRule(included: readonly string[], excluded: readonly string[]): Rule {
  if (included.length === 0) return undefined;
  const any = anyOf(included);
  return excluded.length === 0 ? any : { all: [any, { not: anyOf(excluded) }] };
}

const anyOf = (ids: readonly string[]) => ({ any: ids.map((id) => ({ segment_id: id })) });

/** Of the counted parts: how many are in an included segment, and how many of those are left out because they are in an excluded one. */
export function unionOf(
  preview: { total: number; parts: readonly { pointer: string; total: number }[] },
  hasExcluded: boolean,
): { included: number; excluded: number; total: number } {
  const included = hasExcluded ? preview.parts.find(({ pointer }) => pointer === '/all/0')?.total : preview.total;
  const all = included ?? preview.total;
  return { included: all, excluded: all - preview.total, total: preview.total };
}
