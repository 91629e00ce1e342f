/** Where a statement runs, from the cheapest to the worst. */
export const places = ['coordinator', 'one shard', 'some shards', 'all shards', 'in steps', 'not possible'] as const;
export type Where = (typeof places)[number];

export interface Verdict {
  where: Where;
  /** Why it is not plainly so. */
  because: string[];
}

export const worst = (...verdicts: Verdict[]): Verdict => {
  const rank = Math.max(0, ...verdicts.map(({ where }) => places.indexOf(where)));
  const deciding = verdicts.filter(({ where }) => where === places[rank]);
  return { where: places[rank], because: [...new Set(deciding.flatMap(({ because }) => because))] };
};

/** What the rules have to know of a database. */
export interface Catalog {
  /** Of every table. */
  columns: ReadonlyMap<string, ReadonlySet<string>>;
  /** Of every distributed table. */
  distributedBy: ReadonlyMap<string, string>;
  /** Functions by what PostgreSQL says of them: VOLATILE; and whatever is not IMMUTABLE. */
  volatile: ReadonlySet<string>;
  mutable: ReadonlySet<string>;
  aggregates: ReadonlySet<string>;
  /** Functions of ours that touch tables, and what becomes of them. */
  ours: Map<string, Verdict>;
}
