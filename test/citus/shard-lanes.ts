import { sql, type Sql } from '../../src/common/sql';

/*
 * Lanes with a shard bucket, as docs/scale.md designs them: not built into the service, held to Citus' arithmetic here.
 */

/**
 * Which of so many shards a customer's rows lie on: Citus hashes a value with the hash function of its type, the one that hash joins use, and cuts
 * the 2^32 values into shards of the same width.
 */
const bucketOf = (userId: Sql, shards: number): Sql =>
  sql`(((uuid_hash(${userId})::bigint + 2147483648) * ${shards}::bigint) >> 32)::int`;

/** The lanes of an audience (a relation with `user_id`): as keepAudience makes them, and none with customers of two buckets. */
export const lanesOf = (audience: Sql, shards: number, size: number): Sql => sql`
  SELECT bucket, row_number() OVER (ORDER BY bucket, chunk_no) - 1 AS lane_no, user_ids
  FROM (
    SELECT bucket, chunk_no, array_agg(user_id ORDER BY user_id) AS user_ids
    FROM (
      SELECT user_id, bucket, (row_number() OVER (PARTITION BY bucket ORDER BY user_id) - 1) / ${size}::int AS chunk_no
      FROM (SELECT user_id, ${bucketOf(sql`user_id`, shards)} AS bucket FROM (${audience}) a) hashed
    ) numbered
    GROUP BY bucket, chunk_no
  ) lanes`;

/** What a claim would ask in the place of the range that it asks today: Citus finds the one shard of all these ids, and may lock there. */
export const claimed =
  'SELECT n.user_id FROM notifications n WHERE n.dispatch_id = $1 AND n.user_id = ANY ($2::uuid[]) AND n.state = 0 ORDER BY n.user_id LIMIT $3';
