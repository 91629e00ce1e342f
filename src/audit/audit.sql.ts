import { join, sql, type Sql } from '../common/sql';
import type { TargetType } from './audited';

/** Every statement on audit_entries. Its place in the chain, its instant and its hash an entry gets from the table itself. */

export const outcomes = ['done', 'refused'] as const;
export type Outcome = (typeof outcomes)[number];

export interface NewEntry {
  actor: string;
  via: string;
  action: string;
  target_type?: TargetType;
  target_id?: string | null;
  outcome: Outcome;
  detail?: object;
  before_hash?: Buffer;
  after_hash?: Buffer;
  request_id: string;
  ip?: string;
}

export const insertEntry = (entry: NewEntry): Sql => sql`
  INSERT INTO audit_entries (actor, via, action, target_type, target_id, outcome, detail, before_hash, after_hash, request_id, ip)
  VALUES (${entry.actor}, ${entry.via}, ${entry.action}, ${entry.target_type}, ${entry.target_id}, ${entry.outcome},
          ${entry.detail && JSON.stringify(entry.detail)}, ${entry.before_hash}, ${entry.after_hash}, ${entry.request_id}, ${entry.ip})`;

/** Which entries a list shows. */
export interface AuditFilter {
  actor?: string;
  action?: string;
  target_type?: TargetType;
  target_id?: string;
  outcome?: Outcome;
  /** From this instant on. */
  from?: string;
  /** Before this instant. */
  to?: string;
}

export interface EntryRow {
  id: string;
  at: Date;
  actor: string;
  via: string;
  action: string;
  target_type: TargetType | null;
  target_id: string | null;
  outcome: Outcome;
  detail: Record<string, unknown> | null;
  before_hash: string | null;
  after_hash: string | null;
  request_id: string;
  ip: string | null;
  hash: string;
  previous_hash: string;
}

/** One page, newest first, older than `before`. */
export const selectPage = (filter: AuditFilter, limit: number, before?: string): Sql => sql`
  SELECT id, at, actor, via, action, target_type, target_id, outcome, detail, encode(before_hash, 'hex') AS before_hash,
         encode(after_hash, 'hex') AS after_hash, request_id, ip, encode(hash, 'hex') AS hash, encode(previous_hash, 'hex') AS previous_hash
  FROM audit_entries
  WHERE ${where(filter)} AND ${before === undefined ? sql`true` : sql`id < ${before}::bigint`}
  ORDER BY id DESC LIMIT ${limit}`;

export const countAll = (filter: AuditFilter): Sql =>
  sql`SELECT count(*) AS total FROM audit_entries WHERE ${where(filter)}`;

const where = ({ from, to, ...equal }: AuditFilter): Sql => {
  const { actor, action, target_type, target_id, outcome } = equal;
  const conditions = [
    actor === undefined ? undefined : sql`actor = ${actor}`,
    action === undefined ? undefined : sql`action = ${action}`,
    target_type === undefined ? undefined : sql`target_type = ${target_type}`,
    target_id === undefined ? undefined : sql`target_id = ${target_id}`,
    outcome === undefined ? undefined : sql`outcome = ${outcome}`,
    from === undefined ? undefined : sql`at >= ${from}::timestamptz`,
    to === undefined ? undefined : sql`at < ${to}::timestamptz`,
  ];
  return join([sql`true`, ...conditions.filter((condition) => condition !== undefined)], ' AND ');
};

export interface ChainRow {
  entries: string;
  first_broken_id: string | null;
  checked_at: Date;
}

/**
 * Goes over the whole chain, one entry after the other in the order of their ids, without keeping any: each must have the number after, and
 * name the hash of, the one before it, and have the hash that its own values give.
 */
export const checkChain = sql`
  SELECT count(*) AS entries, min(id) FILTER (WHERE is_broken) AS first_broken_id, clock_timestamp() AS checked_at
  FROM (
    SELECT id, id <> lag(id, 1, 0::bigint) OVER chain + 1
               OR previous_hash <> lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER chain
               OR hash <> audit_hash(e) AS is_broken
    FROM audit_entries e WINDOW chain AS (ORDER BY id)
  ) checked`;
