import { type Queryable, row, sql } from '../../common/sql';
import { connectReadOnly } from '../connect-read-only';
import type { Check, Finding } from '../finding';

interface Server {
  cluster: string;
  standby: boolean;
  /** Bytes of WAL from its beginning. */
  place: string;
  feedback: string;
}

const about = (database: Queryable): Promise<Server> =>
  row<Server>(
    database,
    sql`SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || current_database() AS cluster, pg_is_in_recovery() AS standby,
               coalesce(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END - '0/0'::pg_lsn, 0)::bigint AS place,
               current_setting('hot_standby_feedback') AS feedback`,
  );

/** Whether DATABASE_REPLICA_URL, where it is set, is what it should be. The service works without it: no finding is an error. */
export const checkReplica: Check = async ({ database, config }) => {
  if (config.DATABASE_REPLICA_URL === undefined) return [];
  const primary = await about(database);
  const replica = await connectReadOnly(config.DATABASE_REPLICA_URL, config).catch(() => undefined);
  if (!replica) return [warning('does not let us in: everything is read from the primary', 'Look whether the standby runs')];
  try {
    return [judged(primary, await about(replica))];
  } finally {
    await replica.destroy();
  }
};

function judged(primary: Server, replica: Server): Finding {
  if (!replica.standby)
    return warning('is no standby: everything is read from the primary', 'Name a standby in DATABASE_REPLICA_URL');
  if (replica.cluster !== primary.cluster)
    return warning(
      'is a standby of another database: everything is read from the primary',
      'Name a standby of DATABASE_URL in DATABASE_REPLICA_URL',
    );
  if (replica.feedback !== 'on')
    return warning(
      'is a standby without hot_standby_feedback: what reads there for long is ended when the primary is vacuumed, and is asked of the primary again; an export breaks',
      `ALTER SYSTEM SET hot_standby_feedback = on; SELECT pg_reload_conf(); (on the standby)`,
    );
  const behind = Math.max(0, Number(primary.place) - Number(replica.place));
  return {
    id: 'replica',
    level: 'ok',
    subject: 'replica',
    message: `is a standby of this database, ${behind} bytes of WAL behind`,
  };
}

const warning = (message: string, remedy: string): Finding => ({
  id: 'replica',
  level: 'warning',
  subject: 'replica',
  message,
  remedy,
});
