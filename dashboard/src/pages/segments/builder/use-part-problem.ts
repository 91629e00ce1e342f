import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format';
import { partKey, type PartProblem } from '../rules/rule-problems';
import { useBuilder } from './builder-state';

/** What is only to be filled in yet. */
const OPEN: readonly PartProblem['code'][] = ['empty', 'emptySet', 'emptyGroup', 'noSegment'];

/** What is wrong with a part, or with a filter of it: as an error, or as a hint while it is only not filled in yet. */
export function usePartProblem(id: string, filter?: string): { error?: string; hint?: string } {
  const { t } = useTranslation('rules');
  const format = useFormat();
  const { problems, isStrict } = useBuilder();
  const problem = problems.get(partKey(id, filter));
  if (!problem) return {};
  if (problem.code === 'refused') return { error: problem.detail };
  const text = t(`problem.${problem.code}`, {
    least: 'least' in problem ? format.number(problem.least) : '',
    most: 'most' in problem ? format.number(problem.most) : '',
  });
  return OPEN.includes(problem.code) && !isStrict ? { hint: text } : { error: text };
}
