import type { RuleNode } from '../rules/rule';

/** Where an answer was computed. */
export const sources = ['index', 'database'] as const;
export type Source = (typeof sources)[number];

/** What an engine read: the instant its rules were read at, to the microsecond, and how many active customers there are. */
interface Read {
  readonly asOf: string;
  /** The instant up to which it knows of customers and purchases. */
  readonly dataAsOf: string;
  readonly source: Source;
  readonly activeCustomers: number;
}

/** A part of all active customers, 0…1 with six decimals; 0 where there are none. */
export const shareOf = (total: number, activeCustomers: number): number =>
  activeCustomers === 0 ? 0 : Number((total / activeCustomers).toFixed(6));

/** For each rule the customers of each of its nodes, in the order of nodesOf: the first is the rule itself. */
export interface Counted extends Read {
  readonly totals: number[][];
}

/** How many customers are in exactly these rules: bit i of the mask is rule i. Mask 0, in none, is left out. */
export interface Overlap extends Read {
  readonly byMask: Map<number, number>;
}

/**
 * Counts whom rules reach. PostgreSQL is the authority; another engine may be faster, and answers undefined to what it cannot answer
 * exactly now: the other is asked then.
 */
export interface AudienceEngine {
  count(rules: readonly RuleNode[], asOf: string | undefined): Promise<Counted | undefined>;
  overlap(rules: readonly RuleNode[], asOf: string | undefined): Promise<Overlap | undefined>;
  /** Ids of up to `limit` customers of the rule, whichever; the same ones as long as nothing changes. */
  sample(rule: RuleNode, asOf: string | undefined, limit: number): Promise<string[] | undefined>;
}
