import fc from 'fast-check';
import type { Op, State } from './model-state';

/** An operation to be, and who it is about when it comes to it; undefined where there is nobody. */
export type Plan = (state: State) => Op | undefined;

/** A place in a list, whatever its length by then. */
export const pick = fc.nat(1000);
export const at = <T>(list: readonly T[], n: number): T | undefined => list[n % list.length];
/** Mostly of the last two. */
export const recent = <T>(list: readonly T[], n: number): T | undefined => at(list.slice(n % 4 === 0 ? 0 : -2), n);

export const runOf = ({ runs }: State, n: number) => recent(Object.keys(runs), n);
export const userOf = ({ customers }: State, n: number) => at(Object.keys(customers), n)!;
