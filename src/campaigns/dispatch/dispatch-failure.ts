import { Problem, type ProblemType } from '../../common/problem';
import { problemFromDatabase } from '../../database/pg-errors';

/** To resolve an audience may take so long: an hour of customers and purchases is read in one statement. */
export const RESOLVE_SECONDS = 15 * 60;

/** Problems that pass: another attempt may succeed. */
const PASSING: readonly ProblemType[] = ['database-unavailable', 'database-busy'];
/** SQLSTATE insufficient_privilege: another attempt would not have it either. */
const LACKS_PRIVILEGE = '42501';
/** Problems that are the caller's to mend. Every other one is a fault of ours or of the installation. */
const TOLD: readonly ProblemType[] = ['filter-not-available', 'rule-too-heavy'];

/** The problem that ends the dispatch, or undefined where the error passes by itself. `ms`: what the step took. */
export function lasting(error: unknown, ms: number): Problem | undefined {
  const problem = problemFromDatabase(error);
  if (problem?.type === 'statement-too-slow') {
    if (ms < RESOLVE_SECONDS * 1000) return undefined; // a chunk on a bad day, or somebody cancelled that one statement
    return new Problem(
      'rule-too-heavy',
      'The audience could not be resolved in time. Narrow the rules, or see npm run doctor.',
    );
  }
  if (problem && TOLD.includes(problem.type)) return problem;
  const { driverError } = error as { driverError?: { code?: unknown } };
  if (problem && PASSING.includes(problem.type) && driverError?.code !== LACKS_PRIVILEGE) return undefined;
  return new Problem('internal-error', 'It could not be carried out. The log says why.');
}
