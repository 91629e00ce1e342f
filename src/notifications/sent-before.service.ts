import { type Queryable, row, rows, sql } from '../common/sql';

/** What became of ids of notifications of which it is known that they were sent. */
export interface SentBefore {
  /** Were open, and are sent now. */
  recorded: number;
  /** Were settled already, or archived since. */
  known: number;
  /** Of dispatches that are not there: how many, by dispatch. */
  lost: Map<string, number>;
}

export const nothingSent = (): SentBefore => ({ recorded: 0, known: 0, lost: new Map() });

/** Records as sent what is not settled, whoever holds it and whether its dispatch is paused or not, and adds what it did to `sum`. */
export async function recordSentBefore(database: Queryable, ids: readonly string[], sum: SentBefore): Promise<void> {
  const { sent, rejected } = await row<{ sent: number; rejected: string[] }>(
    database,
    sql`SELECT sent, rejected FROM settle_rows(NULL, ${ids}, '{}', '{}', '{}', '{}', '{}', 'after-restore')`,
  );
  sum.recorded += sent;
  const lost = await rows<{ dispatch_id: string; count: number }>(
    database,
    sql`SELECT split_part(r.id, ':', 1) AS dispatch_id, count(*)::int AS count FROM unnest(${rejected}::text[]) AS r (id)
        WHERE NOT EXISTS (SELECT FROM notifications n
          WHERE n.dispatch_id = split_part(r.id, ':', 1)::bigint AND n.user_id = split_part(r.id, ':', 2)::uuid)
          AND NOT EXISTS (SELECT FROM dispatches d WHERE d.id = split_part(r.id, ':', 1)::bigint AND d.archived_at IS NOT NULL)
        GROUP BY 1`,
  );
  for (const { dispatch_id, count } of lost) sum.lost.set(dispatch_id, (sum.lost.get(dispatch_id) ?? 0) + count);
  sum.known += rejected.length - lost.reduce((all, { count }) => all + count, 0);
}
