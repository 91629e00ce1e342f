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
  'idempotency_keys',
  'users',
  'purchase_history',
];

/** Everything that is stored, as one digest a table: equal before and after means that nothing was changed. */
export async function contents(db: FreshDatabase): Promise<Record<string, string>> {
  const digests = await Promise.all(
    TABLES.map(async (table) => {
      const statement = sql`SELECT count(*) || ' rows, ' || coalesce(md5(string_agg(t::text, E'\n' ORDER BY t::text)), '') AS digest
                            FROM ${raw(table)} t`;
      const [{ digest }] = await db.query<{ digest: string }>(statement.text);
      return [table, digest];
    }),
  );
  return Object.fromEntries(digests) as Record<string, string>;
}
