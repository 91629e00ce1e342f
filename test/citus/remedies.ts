/** What would be done about each reason, by how it reads. A reason that none of these knows is one that nobody has thought about. */
export const remedies: readonly (readonly [reason: RegExp, kind: string, remedy: string])[] = [
  [
    /^\w+\(\) in (an UPDATE|RETURNING) of/,
    'a function in an UPDATE, or in RETURNING, that does not give the same each time',
    'take the instant once, into a variable of the function or a parameter of the statement',
  ],
  [
    /^FOR UPDATE of rows of/,
    'rows of several shards are locked',
    'one statement a shard, routed by the customers of one lane ([below](#lanes-with-a-shard-bucket)); where it is about one customer, dispatches are read before, and the row is locked by its own key',
  ],
  [
    /^LIMIT or OFFSET in a subquery on .* refers to/,
    'LIMIT, or the OFFSET 0 that keeps a plan in its order, in a lateral subquery for rows of the coordinator',
    'of a page: a statement for each lane, from the service, until it is full. Of an audience: without OFFSET 0, since the shards of a lane are asked one by one anyway',
  ],
  [
    /^(an aggregate over all|a set operation without the customer) in a subquery on .* refers to/,
    'a lateral subquery that sums up',
    'the same grouped by customer, and joined by customer',
  ],
  [
    /^a subquery on .* refers to the query around it, but not by customer$/,
    'EXISTS for rows of the coordinator',
    'ask the shards first, by the ids (`user_id = ANY`), and use the answer',
  ],
  [
    /^\w+\(\) is called where rows of shards are read$/,
    'a function of ours in a query on shards',
    'read first, call it with what was read',
  ],
  [/^calls \w+\(\)$/, 'it calls a function that is listed here', 'see there'],
  [
    /of the coordinator is fetched first, for a join$/,
    'a join with a table of the coordinator',
    'nothing where a condition on it leaves few rows (one dispatch, its lanes); it is sent to every worker that is asked',
  ],
  [
    /^(LIMIT or OFFSET|an aggregate over all|GROUP BY without the customer|DISTINCT without the customer|a window without the customer|a set operation without the customer) in a subquery$/,
    'a subquery that brings rows together',
    'nothing: each shard gives its page or its sum, the coordinator puts them together',
  ],
  [
    /^a WITH query is asked first$/,
    'WITH … AS MATERIALIZED, or named twice',
    'nothing where its rows are few; of `rfm` and of results they are every buyer: grouped by shard, and joined by customer',
  ],
  [
    /^a subquery on .* is asked first$/,
    'a subquery that is joined otherwise than by customer',
    'nothing where its rows are few',
  ],
  [
    /^an outer join whose outer side is on the coordinator$/,
    'an outer join from rows of the coordinator',
    'nothing: the inner side is asked by what the outer one has',
  ],
  [
    /^a lateral subquery on .* for rows of the coordinator$/,
    'a lateral subquery for rows of the coordinator',
    'nothing where those are few',
  ],
  [
    /^what is written to .* passes through the coordinator$/,
    'INSERT … SELECT from the coordinator',
    'nothing: 5,000 rows at a time are copied to their shards, and that is what bounds how fast a dispatch is written',
  ],
  [
    /^rows of shards are written to .* of the coordinator$|of the coordinator is changed by what shards say$/,
    'a table of the coordinator is written from shards',
    'nothing where they are few',
  ],
];
