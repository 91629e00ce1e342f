import { raw, sql } from '../../src/common/sql';
import type { FreshDatabase } from './database';

const TABLES = [
  'segments',
  'segment_versions',
  'campaigns',
  'campaign_schedules',
  'schedule_occurrences',
  'dispatches',
  'dispatch_audience',
  'dispatch_lanes',
  'notifications',
  'suppressions',
  'webhooks',
  'webhook_secrets',
  'webhook_events',
  'webhook_deliveries',
  'idempotency_keys',
  'audit_entries',
  'users',
  'purchase_history',
];

/**
 * Everything that is stored, as one digest a table: equal before and after means that nothing was changed. But for when a dispatch was
 * announced, which the service notes by itself a moment after its end.
 */
export async function contents(db: FreshDatabase): Promise<Record<string, string>> {
  const digests = await Promise.all(
    TABLES.map(async (table) => {
      const statement = sql`SELECT count(*) || ' rows, ' || coalesce(md5(string_agg(t.line, E'\n' ORDER BY t.line)), '') AS digest
                            FROM (SELECT (to_jsonb(t) - 'announced_at')::text AS line FROM ${raw(table)} t) t`;
      const [{ digest }] = await db.query<{ digest: string }>(statement.text);
      return [table, digest];
    }),
  );
  return Object.fromEntries(digests) as Record<string, string>;
}
