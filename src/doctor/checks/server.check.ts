import { row, sql } from '../../common/sql';
import type { Check, Finding } from '../finding';

const OLDEST_SUPPORTED = 15;

/** Further apart than this, `last_days` means something else to whoever calls than to the database. */
const CLOCK_DIFFERENCE_S = 60;

interface Server {
  version: string;
  versionNumber: number;
  encoding: string;
  standby: boolean;
  epoch: number;
}

export const checkServer: Check = async ({ database }) => {
  const { version, versionNumber, encoding, standby, epoch } = await row<Server>(
    database,
    sql`SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS "versionNumber",
               current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS standby,
               extract(epoch FROM clock_timestamp())::float8 AS epoch`,
  );
  const ahead = Math.round(epoch - Date.now() / 1000);
  const major = Math.floor(versionNumber / 10_000);
  const found: Finding[] = [
    major >= OLDEST_SUPPORTED
      ? { id: 'server-version', level: 'ok', subject: 'server', message: `PostgreSQL ${version}` }
      : {
          id: 'server-version',
          level: 'error',
          subject: 'server',
          message: `PostgreSQL ${version} is older than ${OLDEST_SUPPORTED}, the oldest supported`,
          remedy: `Upgrade the server to PostgreSQL ${OLDEST_SUPPORTED} or newer`,
        },
    encoding === 'UTF8'
      ? { id: 'encoding', level: 'ok', subject: 'database', message: 'encoded in UTF8' }
      : {
          id: 'encoding',
          level: 'warning',
          subject: 'database',
          message: `is encoded in ${encoding}: names and messages with characters that it lacks are refused`,
          remedy: 'Move to a database with ENCODING UTF8 (dump and restore)',
        },
    Math.abs(ahead) <= CLOCK_DIFFERENCE_S
      ? {
          id: 'clock',
          level: 'ok',
          subject: 'server',
          message: "the clock agrees with this machine's; our sessions are in UTC, whatever the server's time zone",
        }
      : {
          id: 'clock',
          level: 'warning',
          subject: 'server',
          message: `the clock is ${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'} this machine's: windows such as last_days end by the server's clock`,
          remedy: 'Synchronise both clocks (NTP)',
        },
  ];
  if (standby)
    found.push({
      id: 'standby',
      level: 'error',
      subject: 'server',
      message: 'is a standby: nothing can be written to it',
      remedy: 'Name the primary server in DATABASE_URL',
    });
  return found;
};
