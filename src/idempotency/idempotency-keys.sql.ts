import { sql, type Sql } from '../common/sql';
import type { KeptAnswer } from './kept-answer';
import type { KeyedRequest } from './keyed-request';

/** Every statement on idempotency_keys. */

const isTheKeyOf = ({ principal, method, route, key }: KeyedRequest): Sql =>
  sql`principal = ${principal} AND method = ${method} AND route = ${route} AND key = ${key}`;

/** Holds the key until the transaction ends, or tells at once that another one holds it. */
export const tryLock = ({ principal, method, route, key }: KeyedRequest): Sql =>
  sql`SELECT pg_try_advisory_xact_lock(hashtextextended(${JSON.stringify(['idempotency key', principal, method, route, key])}, 0)) AS locked`;

export interface KeyRow {
  fingerprint: Buffer;
  effect: unknown;
  /** NULL where the effect has not been answered yet; the next two as well. */
  status: number | null;
  /** NULL also where the answer was erased. */
  headers: Record<string, string> | null;
  body: string | null;
}

export const selectKey = (request: KeyedRequest): Sql =>
  sql`SELECT fingerprint, effect, status, headers, body FROM idempotency_keys WHERE ${isTheKeyOf(request)}`;

/** With the answer, with the effect that is still to be answered, or with both. */
export const insertKey = (request: KeyedRequest, { effect, answer }: { effect?: unknown; answer?: KeptAnswer }): Sql => sql`
  INSERT INTO idempotency_keys (principal, method, route, key, fingerprint, effect, status, headers, body)
  VALUES (${request.principal}, ${request.method}, ${request.route}, ${request.key}, ${request.fingerprint},
          ${effect === undefined ? null : JSON.stringify(effect)}, ${answer?.status}, ${answer && JSON.stringify(answer.headers)},
          ${answer?.body})`;

/** One row, or none where it has been answered already. */
export const insertAnswer = (request: KeyedRequest, answer: KeptAnswer): Sql =>
  sql`${insertKey(request, { answer })} ON CONFLICT DO NOTHING RETURNING 1`;

/** Answers an effect: one row, or none where it has been answered already. */
export const updateAnswer = (request: KeyedRequest, { status, headers, body }: KeptAnswer): Sql => sql`
  UPDATE idempotency_keys SET status = ${status}, headers = ${JSON.stringify(headers)}, body = ${body}
  WHERE ${isTheKeyOf(request)} AND status IS NULL
  RETURNING 1`;

/** Holds of a row whose answer has one of these texts in it, in whatever case. */
const shows = (texts: readonly string[]): Sql =>
  sql`EXISTS (SELECT FROM unnest(${texts}::text[]) AS t (shown) WHERE position(lower(shown) IN lower(concat(body, headers))) > 0)`;

export interface AnswerRow {
  method: string;
  route: string;
  created_at: Date;
  body: string | null;
}

/** Answers that have one of these texts in them, the oldest first. Every answer of the last hours is read. */
export const selectShowing = (texts: readonly string[]): Sql =>
  sql`SELECT method, route, created_at, body FROM idempotency_keys WHERE ${shows(texts)} ORDER BY created_at`;

/** Takes the answers out of these; the keys stay, so that nothing is done twice. A row each. */
export const eraseShowing = (texts: readonly string[]): Sql =>
  sql`UPDATE idempotency_keys SET headers = NULL, body = NULL WHERE ${shows(texts)} RETURNING 1`;

/** Removes the oldest that are older than `hours`, `limit` at most, and gives a row each. What another replica removes is passed over. */
export const deleteOld = (hours: number, limit: number): Sql => sql`
  DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM idempotency_keys WHERE created_at < now() - make_interval(hours => ${hours})
    ORDER BY created_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))
  RETURNING 1`;
