import { raw, sql } from '../../src/common/sql';
import type { TestApp } from './app';
import { type Dispatched, dispatched, workerOf } from './delivery';

/** Columns of a text or JSON type in our schema. */
export const wordColumns = (app: TestApp) =>
  app.db.query<{ table: string; column: string }>(`
    SELECT c.relname AS table, a.attname AS column
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
    WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition -- a volume is read by its ledger
      AND (coalesce(e.typcategory, t.typcategory) = 'S' OR coalesce(e.typname, t.typname) IN ('json', 'jsonb', 'xml', 'hstore'))
    ORDER BY 1, 2`);

/** Where a text stands in our schema: `table.column`. */
export async function hits(app: TestApp, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const { table, column } of await wordColumns(app)) {
    const { text: statement, values } =
      sql`SELECT EXISTS (SELECT FROM ${raw(`crm.${table}`)} WHERE ${raw(column)}::text ILIKE ${`%${text}%`}) AS is_there`;
    const [{ is_there }] = await app.db.query<{ is_there: boolean }>(statement, values);
    if (is_there) found.push(`${table}.${column}`);
  }
  return found;
}

/** A customer of whom something is kept wherever something can be. */
export async function wellKnown(app: TestApp): Promise<{ id: string; all: Dispatched; email: string }> {
  const worker = workerOf(app);
  const webhook = { url: 'http://127.0.0.1:9/hook', events: ['notification.failed'] };
  await app.api.post('/webhooks').send(webhook).expect(201);
  const all = await dispatched(app, 3);
  const id = all.users[0];
  const email = `canary-${id.slice(0, 8)}@example.com`;
  await app.db.query('UPDATE users SET email = $2 WHERE id = $1', [id, email]);
  const lease = await worker.claim();
  await worker.settle(lease.lease_token, {
    sent: [{ id: all.ids[1] }],
    failed: [
      { id: all.ids[0], error: 'first canary: no mailbox' },
      { id: all.ids[2], error: 'not hers' },
    ],
  });
  await app.api.post(`/notifications/${all.ids[0]}/mark-failed`).send({ error: 'canary: no mailbox' }).expect(200);
  await app.api.post(`/dispatches/${all.dispatch}/redrive`).send({ error: 'canary: no mailbox' }).expect(200);
  await app.api.post(`/notifications/${all.ids[0]}/mark-failed`).send({ error: 'canary: still no mailbox' }).expect(200);
  const { body: again } = await app.api
    .post(`/campaigns/${all.campaign}/test-send`)
    .send({ user_ids: [id] })
    .expect(200);
  await app.api
    .post(`/notifications/${again.id}:${id}/mark-sent`)
    .send({ delivery_info: { to: 'canary' } })
    .expect(200);
  for (const channel of [null, 'sms'])
    await app.api
      .post('/suppressions')
      .set('Idempotency-Key', `a key of a test and ${channel}`)
      .send({ user_id: id, channel, reason: 'requested', source: 'canary on the phone' })
      .expect(201);
  await app.db.query(
    `INSERT INTO inferred_preferences VALUES ($1, '{"likes": ["canary seed"]}', '[{"key": "likes", "value": "canary seed", "purchase_ids": []}]', 'a model', now())`,
    [id],
  );
  return { id, all, email };
}
