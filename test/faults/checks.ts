import { setTimeout as sleep } from 'node:timers/promises';
import type { FreshDatabase } from '../support/database';
import type { PlannedCampaign } from './facts';
import { fault, type Violation } from './invariants';

type Database = Pick<FreshDatabase, 'query'>;

const LOOK_MS = 25;
/** A killed process's connections end with their statements. */
const LEFTOVERS_MS = 5000;

/** Whether it ended, or all did, before it was too late. */
export async function ended(database: Database, dispatchId: string | undefined, giveUpAt: number): Promise<boolean> {
  while (Date.now() < giveUpAt) {
    const active = await database.query(
      `SELECT FROM dispatches WHERE status IN ('resolving', 'writing') AND id = coalesce($1::bigint, id)`,
      [dispatchId],
    );
    if (active.length === 0) return true;
    await sleep(LOOK_MS);
  }
  return false;
}

/** Whom the rules reach is known here without asking them. */
export async function wrongAudiences(database: Database, campaigns: PlannedCampaign[]): Promise<Violation[]> {
  const found = await database.query<{ campaign_id: string; matched: string; queued: string }>(
    `SELECT campaign_id, matched, queued FROM dispatches WHERE status = 'dispatched'`,
  );
  const matchedOf = new Map(campaigns.map(({ id, matched }) => [id, matched]));
  const wrong = found.filter(({ campaign_id, matched }) => Number(matched) !== matchedOf.get(campaign_id));
  return fault('a dispatch did not match whom its rule reaches', wrong);
}

/** What a scenario left, counted from the rows. */
export async function count(database: Database) {
  const [figures] = await database.query<
    Record<'dispatches' | 'notifications' | 'lost' | 'duplicates' | 'false_dispatched', string>
  >(`
    WITH per AS (
      SELECT d.id, d.status, d.next_chunk, d.chunks, d.queued, n.rows, n.customers, coalesce(a.targeted, 0) AS targeted
      FROM dispatches d
      LEFT JOIN LATERAL (SELECT sum(targeted) AS targeted FROM dispatch_audience WHERE dispatch_id = d.id) a ON true
      LEFT JOIN LATERAL (SELECT count(*) AS rows, count(DISTINCT user_id) AS customers FROM notifications WHERE dispatch_id = d.id) n ON true
    )
    SELECT count(*) AS dispatches, coalesce(sum(rows), 0) AS notifications,
           coalesce(sum(greatest(targeted - customers, 0)) FILTER (WHERE status <> 'resolving'), 0) AS lost,
           coalesce(sum(rows - customers), 0) AS duplicates,
           count(*) FILTER (WHERE status = 'dispatched' AND (customers <> targeted OR rows <> queued OR next_chunk <> chunks)) AS false_dispatched
    FROM per`);
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value)])) as Record<
    keyof typeof figures,
    number
  >;
}

/** I8, when no process is left: its connections are gone as well. */
export async function leftConnections(database: Database): Promise<Violation[]> {
  const giveUpAt = Date.now() + LEFTOVERS_MS;
  for (;;) {
    const left = await database.query(
      `SELECT pid, state, query FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'crm-service'`,
    );
    if (left.length === 0 || Date.now() > giveUpAt) return fault('I8 a connection was left', left);
    await sleep(LOOK_MS);
  }
}

/** While the server is down, our own questions wait. */
export function patient(database: FreshDatabase): FreshDatabase {
  const query: FreshDatabase['query'] = async (text, values) => {
    for (;;)
      try {
        return await database.query(text, values);
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (!/^(ECONN|EPIPE|57P0)|Connection terminated/.test(`${code} ${message}`)) throw error;
        await sleep(LOOK_MS);
      }
  };
  return { ...database, query };
}
