import { join, raw, sql, type Sql } from '../../common/sql';

/** Ids of dispatches, from the first on and below the end. */
export interface IdRange {
  first_id: string;
  end_id: string;
}

/** A partition of the ledger. `current` is where the next dispatch writes; what is `old` gets no new one. */
export interface VolumeRow extends IdRange {
  name: string;
  place: 'old' | 'current' | 'ahead';
  /** Somebody began to detach it and was killed. */
  is_detaching: boolean;
  /** On disk, its index included. */
  bytes: string;
}

/** The sequence of dispatches' ids. */
const ids = sql`pg_get_serial_sequence('dispatches', 'id')::regclass`;

export const selectVolumes = sql`
  SELECT v.name, v.first_id, v.end_id, v.is_detaching, pg_total_relation_size(v.relid) AS bytes,
         CASE WHEN v.end_id <= next.id THEN 'old' WHEN v.first_id <= next.id THEN 'current' ELSE 'ahead' END AS place
  FROM notification_volumes v CROSS JOIN (SELECT coalesce(pg_sequence_last_value(${ids}), 0) + 1 AS id) next ORDER BY v.first_id`;

/** Volumes that were detached and not dropped: nobody writes into them any more. */
export const selectDetached = sql`
  SELECT c.relname::text AS name FROM pg_class c JOIN pg_class ledger ON ledger.oid = 'notifications'::regclass
  WHERE c.relnamespace = ledger.relnamespace AND c.relname ~ '^notifications_volume_[0-9]+$' AND c.relkind = 'r' AND NOT c.relispartition`;

/** Which dispatches a detached volume has something of; NULL where it is empty. By its key, forwards and backwards. */
export const selectIdsIn = (volume: string): Sql => sql`
  SELECT min(dispatch_id) AS first_id, max(dispatch_id) + 1 AS end_id FROM ${raw(volume)}`;

/** `made`: how many were missing. */
export const prepareVolumes = (ahead: number): Sql => sql`SELECT prepare_volumes(${ahead}) AS made`;

/**
 * Has the next dispatch write into the volume that begins there: ids in between are never used. Whoever has an id already writes into the one
 * before. As if the last of that one had been given out: of a sequence that was not asked since, PostgreSQL does not say where it is.
 */
export const openVolume = (firstId: string): Sql => sql`SELECT setval(${ids}, ${firstId}::bigint - 1)`;

/** Nobody waits for it, and it waits for whoever is reading or writing notifications at this moment. Not in a transaction. */
export const detachVolume = ({ name, is_detaching }: VolumeRow): Sql =>
  sql`ALTER TABLE notifications DETACH PARTITION ${raw(name)} ${raw(is_detaching ? 'FINALIZE' : 'CONCURRENTLY')}`;

export const dropVolume = (name: string): Sql => sql`DROP TABLE ${raw(name)}`;

/** Under this name no command of ours touches it again. */
export const keepVolume = (name: string): Sql => sql`ALTER TABLE ${raw(name)} RENAME TO ${raw(`kept_${name}`)}`;

/** What is kept beside the rows of these dispatches, so many at a time; lost leases stay, since they are counted. */
export const dropTraces = ({ first_id, end_id }: IdRange, atOnce: number): Sql => {
  const of = (table: string, but: Sql = sql`true`) => sql`
    DELETE FROM ${raw(table)} WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM ${raw(table)} WHERE dispatch_id >= ${first_id}::bigint AND dispatch_id < ${end_id}::bigint AND ${but} LIMIT ${atOnce})) RETURNING 1`;
  const tables = [
    of('notification_retries'),
    of('notification_attempts'),
    of('dispatch_redrives'),
    of('notification_leases', sql`outcome IS DISTINCT FROM 'lost'`),
  ];
  const names = tables.map((_, i) => raw(`t${i}`));
  return sql`
    WITH ${join(tables.map((statement, i) => sql`${names[i]} AS (${statement})`))}
    SELECT greatest(${join(names.map((name) => sql`(SELECT count(*) FROM ${name})`))})::int AS most`;
};

/** Leases of retries name no dispatch: those that nothing written about an attempt refers to, so many at a time. */
export const dropRetryLeases = (days: number, atOnce: number): Sql => sql`
  DELETE FROM notification_leases WHERE lease_token IN (
    SELECT x.lease_token FROM notification_leases x
    WHERE x.dispatch_id IS NULL AND x.ended_at < now() - make_interval(days => ${days}::int) AND x.outcome <> 'lost'
      AND NOT EXISTS (SELECT FROM notification_attempts a WHERE a.lease_token = x.lease_token)
    LIMIT ${atOnce})
  RETURNING 1`;
