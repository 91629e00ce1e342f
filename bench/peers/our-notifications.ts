import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { type Sql, sql } from '../../src/common/sql';
import { loadConfig } from '../../src/config/config';
import { prepareDatabase } from '../../src/database/open-database';
import { writeChunk } from '../../src/notifications/delivery.sql';

/** As the product's: what one lane holds. */
const CHUNK = 5000;

/** Our schema in an empty database. */
export const makeSchema = (url: string): Promise<unknown> =>
  prepareDatabase(url, loadConfig({ ADMIN_TOKENS: 'a-token-of-no-use-here' }));

/**
 * A dispatch of that many notifications: an audience of random customers in order, and from it what the product's own statement writes.
 * Campaign, dispatch and audience are put there by hand, since what they cost is another benchmark's question.
 */
export async function writeNotifications(url: string, count: number): Promise<void> {
  const client = new Client({ connectionString: url, options: '-c search_path=crm,public -c statement_timeout=0' });
  await client.connect();
  const one = async <T>(statement: Sql) => (await client.query<{ value: T }>(statement)).rows[0].value;
  try {
    const campaign = randomUUID();
    await client.query(sql`
      INSERT INTO campaigns (id, name, message, segment_ids) VALUES (${campaign}, 'bench', 'Hello', ARRAY[${randomUUID()}::uuid])`);
    const dispatch = await one<string>(sql`
      INSERT INTO dispatches (campaign_id, status, title, message, rule, as_of, matched, queued, chunks, requested_by)
      VALUES (${campaign}, 'writing', 'News', 'Hello', '[]', now(), ${count}, ${count}, ${Math.ceil(count / CHUNK)}, 'bench') RETURNING id AS value`);
    await client.query(sql`
      INSERT INTO dispatch_audience (dispatch_id, chunk_no, first_user_id, last_user_id, user_ids, reasons, targeted)
      SELECT ${dispatch}::bigint, chunk_no, (array_agg(id ORDER BY id))[1], (array_agg(id ORDER BY id DESC))[1], array_agg(id ORDER BY id),
        array_fill(0::smallint, ARRAY[count(*)::int]), count(*)
      FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / ${CHUNK}::int AS chunk_no
            FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, ${count}::int)) random) numbered
      GROUP BY chunk_no`);
    for (let chunkNo = 0; chunkNo < count / CHUNK; chunkNo++)
      await client.query(writeChunk({ dispatchId: dispatch, chunkNo }));
    await client.query(sql`
      UPDATE dispatches SET status = 'dispatched', next_chunk = chunks, finished_at = now() WHERE id = ${dispatch}::bigint`);
  } finally {
    await client.end();
  }
}
