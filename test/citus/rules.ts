import { Judge } from './judge';
import type { Tree } from './syntax';
import type { Catalog, Verdict } from './verdict';
import { write } from './writes';

/*
 * Citus' rules, as its documentation and its maintainers give them (docs/scale.md has the addresses), applied to one statement. Coarser than its planner: where
 * that might find a way that nobody promises, this says no.
 */

/** What becomes of one statement. */
export const judge = (statement: Tree, catalog: Catalog): Verdict => new Judge(catalog, write).statement(statement);
