import type { FreshDatabase } from './database';

/** Codes of dispatch_audience.reasons. */
export const [TARGETED, ALREADY_NOTIFIED, HOLDOUT] = [0, 3, 5];

export interface PastDispatch {
  /** When its audience was frozen. */
  resolvedAt: Date;
  /** Customers, each with the reason's code. */
  audience: [customer: { id: string }, reason: number][];
  kind?: string;
  status?: string;
  /** Ten, where nothing is said. */
  holdoutPercent?: number;
}

/** Puts a dispatch and its audience where they would be had it happened at that time. Nobody has a notification of it. */
export async function insertPastDispatch(
  db: FreshDatabase,
  campaign: { id: string },
  { resolvedAt, audience, kind = 'campaign', status = 'dispatched', holdoutPercent = 10 }: PastDispatch,
): Promise<void> {
  const sorted = [...audience].sort(([a], [b]) => (a.id < b.id ? -1 : 1));
  const count = (wanted: number) => audience.filter(([, reason]) => reason === wanted).length;
  const [{ id }] = await db.query<{ id: string }>(
    `INSERT INTO dispatches (campaign_id, kind, status, message, rule, as_of, requested_by, settings, resolved_at, finished_at,
                             matched, already_notified, holdout, queued, chunks, next_chunk)
     VALUES ($1, $2, $3, 'Hello', '[]', $4, 'test', $5, $4, $4, $6, $7, $8, $9, 1, 1) RETURNING id`,
    [
      campaign.id,
      kind,
      status,
      resolvedAt,
      JSON.stringify({ holdout_percent: holdoutPercent }),
      audience.length,
      count(ALREADY_NOTIFIED),
      count(HOLDOUT),
      count(TARGETED),
    ],
  );
  await db.query(
    `INSERT INTO dispatch_audience (dispatch_id, chunk_no, first_user_id, last_user_id, user_ids, reasons, targeted)
     VALUES ($1, 0, $2, $3, $4, $5, $6)`,
    [
      id,
      sorted[0][0].id,
      sorted.at(-1)![0].id,
      sorted.map(([customer]) => customer.id),
      sorted.map(([, reason]) => reason),
      count(TARGETED),
    ],
  );
}
