import type { Channel } from '../common/channels';
import { join, type Sql, sql } from '../common/sql';
import type { CreateSuppression, ShownReason } from './suppression.dto';

/** What a suppression is kept under; channel '' is every channel. */
export interface SuppressionKey {
  userId: string;
  channel: Channel | '';
}

/** Suppressions to store, as columns: one value a line in each. */
export interface SuppressionLines {
  /** How all of them name their customer. */
  by: 'user_id' | 'email';
  /** Where each stands in its file. */
  line: number[];
  customer: string[];
  /** '' is every channel. */
  channel: string[];
  reason: string[];
  source: string[];
  expires_at: (string | null)[];
}

export interface StoredFigures {
  /** Counts as text, since PostgreSQL's are 64 bits wide. */
  added: string;
  replaced: string;
  unchanged: string;
  unknown: string;
  unknown_lines: number[];
}

/**
 * Stores suppressions, all of them or none. Of several lines for the same customer and channel the last counts. An address is that of
 * every customer who has it in some case: nobody is messaged because a letter was written otherwise.
 *
 * Written in the order of the key, so that two of these at once wait for each other and cannot deadlock. A row that would become what it
 * is, is not written: the same file again costs no WAL; nor is that of a customer who was erased.
 */
export const store = (lines: SuppressionLines, createdBy: string): Sql => sql`
  WITH lines AS (
    SELECT * FROM unnest(${lines.line}::int[], ${lines.customer}::text[], ${lines.channel}::text[], ${lines.reason}::text[],
                         ${lines.source}::text[], ${lines.expires_at}::timestamptz[])
           AS t (line, customer, channel, reason, source, expires_at)
  ), found AS MATERIALIZED (
    ${lines.by === 'user_id' ? sql`SELECT lines.*, customer::uuid AS user_id FROM lines` : byAddress}
  ), wanted AS MATERIALIZED (
    SELECT DISTINCT ON (user_id, channel) * FROM found WHERE user_id IS NOT NULL ORDER BY user_id, channel, line DESC
  ), written AS (
    INSERT INTO suppressions AS s (user_id, channel, reason, source, expires_at, created_by)
    SELECT user_id, channel, reason, source, expires_at, ${createdBy} FROM wanted ORDER BY user_id, channel
    ON CONFLICT (user_id, channel) DO UPDATE
      SET reason = excluded.reason, source = excluded.source, expires_at = excluded.expires_at
      WHERE s.reason <> 'erased' AND (s.reason, s.source, s.expires_at) IS DISTINCT FROM (excluded.reason, excluded.source, excluded.expires_at)
    RETURNING xmax = 0 AS is_new -- a row that was there has been locked by this transaction
  ), changes AS (
    SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS replaced FROM written
  )
  SELECT added, replaced, (SELECT count(*) FROM wanted) - added - replaced AS unchanged,
         (SELECT count(*) FROM found WHERE user_id IS NULL) AS unknown,
         ARRAY(SELECT line FROM found WHERE user_id IS NULL ORDER BY line LIMIT 50) AS unknown_lines
  FROM changes`;

const byAddress = sql`SELECT lines.*, u.id AS user_id FROM lines LEFT JOIN users u ON lower(u.email) = lower(customer)`;

const view = sql`user_id, channel, reason, source, expires_at, coalesce(expires_at > now(), true) AS in_force, created_by, created_at`;

export const selectSuppression = ({ userId, channel }: SuppressionKey): Sql =>
  sql`SELECT ${view} FROM suppressions WHERE user_id = ${userId}::uuid AND channel = ${channel}`;

/**
 * Makes a suppression and gives a row; where there is one already, only locks it and gives none. So what it was before can be read, and is
 * what it is replaced from, whoever else does so at the same moment.
 */
export const hold = (
  {
    userId,
    channel,
    reason,
    source,
    expires_at,
  }: SuppressionKey & Pick<CreateSuppression, 'reason' | 'source' | 'expires_at'>,
  createdBy: string,
): Sql => sql`
  INSERT INTO suppressions (user_id, channel, reason, source, expires_at, created_by)
  VALUES (${userId}::uuid, ${channel}, ${reason}, ${source ?? ''}, ${expires_at ?? null}::timestamptz, ${createdBy})
  ON CONFLICT (user_id, channel) DO UPDATE SET reason = excluded.reason WHERE false -- PostgreSQL locks it before it asks that
  RETURNING 1`;

/** A row, or none where there is none to lift. */
export const deleteSuppression = ({ userId, channel }: SuppressionKey): Sql =>
  sql`DELETE FROM suppressions WHERE user_id = ${userId}::uuid AND channel = ${channel} AND reason <> 'erased' RETURNING ${view}`;

export interface ErasedRow {
  /** Suppressions with what was known of them; as text. */
  removed: string;
  was_erased: boolean;
}

/** One suppression in the place of all that a customer has: in every channel, for good, and with nothing in it but the customer's id. */
export const eraseSuppressions = (userId: string, createdBy: string): Sql => sql`
  WITH removed AS (
    DELETE FROM suppressions WHERE user_id = ${userId}::uuid AND channel <> '' RETURNING 1
  ), kept AS (
    INSERT INTO suppressions AS s (user_id, reason, created_by) VALUES (${userId}::uuid, 'erased', ${createdBy})
    ON CONFLICT (user_id, channel) DO UPDATE
      SET reason = excluded.reason, source = excluded.source, expires_at = NULL, created_by = excluded.created_by, created_at = excluded.created_at
      WHERE s.reason <> 'erased'
    RETURNING xmax = 0 AS is_new
  )
  SELECT (SELECT count(*) FROM removed) + (SELECT count(*) FROM kept WHERE NOT is_new) AS removed, NOT EXISTS (SELECT FROM kept) AS was_erased`;

export const selectOfCustomer = (userId: string): Sql =>
  sql`SELECT ${view} FROM suppressions WHERE user_id = ${userId}::uuid ORDER BY channel`;

/** Every customer who has this address in some case. */
export const selectCustomersAt = (email: string): Sql =>
  sql`SELECT id FROM users u WHERE lower(u.email) = lower(${email}) ORDER BY id`;

/** Which suppressions a list shows. */
export interface SuppressionFilter {
  userId?: string;
  channel?: Channel;
  reason?: ShownReason;
  inForce?: boolean;
}

/** One page, newest first, after the key (created_at, user_id, channel) of the last row before: an import has one created_at for all. */
export const selectPage = (filter: SuppressionFilter, limit: number, after?: string[]): Sql => sql`
  SELECT ${view} FROM suppressions
  WHERE ${where(filter)}
    AND ${after ? sql`(created_at, user_id, channel) < (${after[0]}::timestamptz, ${after[1]}::uuid, ${after[2]})` : sql`true`}
  ORDER BY created_at DESC, user_id DESC, channel DESC LIMIT ${limit}`;

export const countAll = (filter: SuppressionFilter): Sql =>
  sql`SELECT count(*) AS total FROM suppressions WHERE ${where(filter)}`;

const where = ({ userId, channel, reason, inForce }: SuppressionFilter): Sql =>
  join(
    [
      sql`true`,
      ...(userId === undefined ? [] : [sql`user_id = ${userId}::uuid`]),
      ...(channel === undefined ? [] : [sql`channel IN ('', ${channel})`]),
      ...(reason === undefined ? [] : [sql`reason = ${reason}`]),
      ...(inForce === undefined ? [] : [sql`coalesce(expires_at > now(), true) = ${inForce}`]),
    ],
    ' AND ',
  );

/** The database's now, in microseconds since 1970. */
export const selectNow = sql`SELECT (extract(epoch FROM now()) * 1000000)::bigint AS now`;
