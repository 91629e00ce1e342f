import { parseArgs } from 'node:util';
import type { DataSource } from 'typeorm';
import { row, sql } from '../../common/sql';
import { type Config, ConfigError, loadConfig, loadDotEnv } from '../../config/config';
import { connectPatiently } from '../../database/connect-patiently';
import { requireMigrated, underMigrationLock } from '../../database/migrate';
import { openServer } from '../../database/open-database';
import { databaseOptions } from '../../database/options';
import { apply, isFull, judge, type Judged, type Wanted } from './retention';

const USAGE = `npm run retention [-- --older-than-days N] [--new-volume-after-days N] [--apply [--keep]]
  lists the volumes of notifications, and which of them may go. Changes nothing without --apply.
  --older-than-days N        volumes go of which every dispatch has been over for N days, 2 at least
  --new-volume-after-days N  a new volume is begun when the first dispatch of the current one is older (30)
  --apply                    does it: archives their dispatches, detaches and drops them; makes the volumes ahead
  --keep                     does not drop what it detaches: it stays as a table kept_notifications_volume_N`;

const EX_USAGE = 64;
const DAYS = /^[1-9]\d{0,4}$/;

function readArguments(args: string[]): Wanted | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        'older-than-days': { type: 'string' },
        'new-volume-after-days': { type: 'string', default: '30' },
        apply: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
      },
    });
    const { 'older-than-days': older = '2', 'new-volume-after-days': newAfter, apply, keep } = values;
    // the figures of the last 24 hours are read from the notifications
    if (!DAYS.test(older) || Number(older) < 2 || !DAYS.test(newAfter) || (keep && !apply)) return undefined;
    const olderThanDays = values['older-than-days'] === undefined ? undefined : Number(older);
    return { olderThanDays, newVolumeAfterDays: Number(newAfter), apply, keep };
  } catch {
    return undefined;
  }
}

function line(volume: Judged): string {
  const { name, first_id, end_id, dispatches, notifications, bytes, newest_end, mayGo, reason } = volume;
  const size = `${dispatches} dispatches, ${notifications} notifications, ${(Number(bytes) / 1e6).toFixed(1)} MB`;
  const ended = newest_end ? `, over since ${newest_end.toISOString()}` : '';
  return `${name}: ids ${first_id} to ${BigInt(end_id) - 1n}, ${size}${ended}; ${mayGo ? 'may go' : `stays: it ${reason}`}`;
}

/** Runs `work` while no other retention of our schema does; false where one does. */
async function alone(database: DataSource, config: Config, wanted: Wanted): Promise<boolean> {
  const session = database.createQueryRunner();
  await session.query("SET lock_timeout = '10s'");
  const key = `crm-service retention of ${config.DATABASE_SCHEMA}`;
  const { mine } = await row<{ mine: boolean }>(
    session,
    sql`SELECT pg_try_advisory_lock(hashtextextended(${key}, 0)) AS mine`,
  );
  if (mine) await apply(session, wanted, console.log);
  return mine;
}

async function run(database: DataSource, config: Config, wanted: Wanted): Promise<void> {
  const judged = await judge(database, wanted);
  for (const volume of judged) console.log(line(volume));
  if (!wanted.apply) {
    if (isFull(judged, wanted)) console.log('A new volume would be begun.');
    console.log('Nothing was changed.');
  } else if (!(await alone(database, config, wanted))) console.log('Another one is at it: nothing was changed.');
}

async function main(args: string[]): Promise<number> {
  const wanted = readArguments(args);
  if (!wanted) {
    console.error(USAGE);
    return EX_USAGE;
  }
  loadDotEnv();
  const config = loadConfig(process.env);
  const server = await openServer(config);
  process.once('exit', () => server.closeSync()); // also where Ctrl-C ends the command
  try {
    const report = (text: string) => console.error(text);
    await underMigrationLock(server.url, config, (runner) => requireMigrated(runner, config, report), report);
    // our schema alone: a DROP must not fall through to a table of somebody else that has the same name
    const ours = { ...config, CUSTOMERS_SCHEMA: config.DATABASE_SCHEMA, STATEMENT_TIMEOUT_SECONDS: 0 }; // a detach waits for whoever is reading
    const database = await connectPatiently(databaseOptions(server.url, ours), report);
    try {
      await run(database, config, wanted);
    } finally {
      await database.destroy(); // ends the session, and with it the lock
    }
    return 0;
  } finally {
    await server.close();
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exit(1);
  },
);
