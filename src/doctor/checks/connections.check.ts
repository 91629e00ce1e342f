import { row, sql } from '../../common/sql';
import type { Check } from '../finding';

interface Connections {
  /** What the server lets roles have that are no superusers. */
  server: number;
  inUse: number;
  /** -1: no limit of their own. */
  database: number;
  role: number;
  roleInUse: number;
}

/** Whether one process can fill its pool. */
export const checkConnections: Check = async ({ database, config }) => {
  const found = await row<Connections>(
    database,
    sql`SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                 - coalesce(current_setting('reserved_connections', true)::int, 0) AS server,
               (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()) AS "inUse",
               (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) AS database,
               (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user) AS role,
               (SELECT count(*)::int FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()) AS "roleInUse"`,
  );
  const wanted = config.DATABASE_POOL_SIZE + (config.COLUMN_INDEX === 'auto' ? 1 : 0);
  const limits = {
    'max_connections of the server': found.server,
    'the limit of the database': found.database,
    'the limit of our role': found.role,
  };
  const [name, limit] = Object.entries(limits)
    .filter(([, limit]) => limit >= 0)
    .reduce((least, each) => (each[1] < least[1] ? each : least));
  const used = name === 'the limit of our role' ? found.roleInUse : found.inUse;
  const figures = `A process takes up to ${wanted} (DATABASE_POOL_SIZE, and one for the column index); ${name} allows ${limit}, ${used} in use now`;
  const [id, subject] = ['connections', 'server'];
  if (wanted <= limit - used) return [{ id, level: 'ok', subject, message: figures }];
  return [
    {
      id,
      level: wanted > limit ? 'error' : 'warning',
      subject,
      message: `${figures}: requests would fail for want of a connection`,
      remedy: 'Set a smaller DATABASE_POOL_SIZE, or raise the limit; count a pool for each process of the service',
    },
  ];
};
