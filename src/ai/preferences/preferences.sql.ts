import { sql, type Sql } from '../../common/sql';

/** What a model is asked about: as many purchases, the newest. */
const MOST_PURCHASES = 50;

/** Objecting to messages is objecting to being profiled for them (GDPR, article 21); an address that bounced is not. */
const objected = (userId: Sql): Sql => sql`EXISTS (
  SELECT FROM suppressions s WHERE s.user_id = ${userId} AND s.reason IN ('erased', 'unsubscribed', 'complained', 'requested')
    AND coalesce(s.expires_at > now(), true))`;

export interface SubjectRow {
  erased: boolean;
  objected: boolean;
}

/** A row, or none where there is no such customer. */
export const selectSubject = (userId: string): Sql => sql`
  SELECT EXISTS (SELECT FROM suppressions s WHERE s.user_id = u.id AND s.reason = 'erased') AS erased, ${objected(sql`u.id`)} AS objected
  FROM users u WHERE u.id = ${userId}::uuid`;

export interface BoughtRow {
  id: string;
  store_name: string;
  products: unknown;
}

/** The newest, first. Where an installation has no products, their name means that of `no_column`. */
export const selectBought = (userId: string): Sql => sql`
  SELECT p.* FROM (SELECT NULL::jsonb AS products) no_column CROSS JOIN LATERAL (
    SELECT h.id::text AS id, h.store_name::text AS store_name, to_jsonb(products) AS products FROM purchase_history h
    WHERE h.user_id = ${userId}::uuid AND h.purchase_date <= now() ORDER BY h.purchase_date DESC, h.id DESC LIMIT ${MOST_PURCHASES}::int
  ) p`;

export interface InferredRow {
  user_id: string;
  preferences: Record<string, string[]>;
  evidence: { key: string; value: string; purchase_ids: string[] }[];
  model: string;
  inferred_at: Date;
}

/** Until the transaction ends, nobody else stores or erases what was inferred of this customer. */
export const lockInferred = (userId: string): Sql =>
  sql`SELECT pg_advisory_xact_lock(hashtextextended('inferred preferences of ' || ${userId}::uuid, 0))`;

/**
 * In the place of what was there; a row, or none where the customer has objected in the meantime. A statement of its own after the lock, so that
 * it sees an erasure that held it.
 */
export const storeInferred = ({
  user_id,
  preferences,
  evidence,
  model,
  inferred_at,
}: Omit<InferredRow, 'inferred_at'> & { inferred_at: string }): Sql => sql`
  INSERT INTO inferred_preferences AS i (user_id, preferences, evidence, model, inferred_at)
  SELECT ${user_id}::uuid, ${JSON.stringify(preferences)}::jsonb, ${JSON.stringify(evidence)}::jsonb, ${model}, ${inferred_at}::timestamptz
  WHERE NOT ${objected(sql`${user_id}::uuid`)}
  ON CONFLICT (user_id) DO UPDATE
    SET preferences = excluded.preferences, evidence = excluded.evidence, model = excluded.model, inferred_at = excluded.inferred_at
  RETURNING user_id`;

export const selectInferred = (userId: string): Sql =>
  sql`SELECT user_id, preferences, evidence, model, inferred_at FROM inferred_preferences WHERE user_id = ${userId}::uuid`;

export const deleteInferred = (userId: string): Sql =>
  sql`DELETE FROM inferred_preferences WHERE user_id = ${userId}::uuid RETURNING user_id`;

/** The database's now, as it is to be kept: before the purchases are read, so that a later one is newer than what rests on them. */
export const selectNow = sql`SELECT to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS now`;

export interface StandingRow {
  user_id: string;
  standing: 'due' | 'known' | 'objected' | 'nothing bought';
}

/** Of each of these customers whether something is to be inferred, in order: one lookup of the newest purchase each. */
export const selectStandings = (userIds: readonly string[]): Sql => sql`
  SELECT w.user_id, CASE WHEN ${objected(sql`w.user_id`)} THEN 'objected' WHEN newest.at IS NULL THEN 'nothing bought'
                         WHEN i.inferred_at > newest.at THEN 'known' ELSE 'due' END AS standing
  FROM unnest(${[...userIds]}::uuid[]) AS w (user_id)
  LEFT JOIN inferred_preferences i ON i.user_id = w.user_id
  CROSS JOIN LATERAL (SELECT max(p.purchase_date) AS at FROM purchase_history p WHERE p.user_id = w.user_id AND p.purchase_date <= now()) newest
  ORDER BY w.user_id`;
