import type { QueryRunner } from 'typeorm';
import { insertEntry } from '../../audit/audit.sql';
import { row, rows, sql } from '../../common/sql';
import { type Config, ConfigError } from '../../config/config';
import { connectPatiently } from '../../database/connect-patiently';
import { databaseOptions } from '../../database/options';
import { inTransaction } from '../../database/transaction';
import {
  detach,
  detachedVolumes,
  drop,
  forgetDelivery,
  forgetRetryLeases,
  type IdRange,
  idsIn,
  keep,
  openNext,
  prepareAhead,
} from '../../notifications/volumes/volumes.service';
import {
  archiveVolume,
  holdVolume,
  keepSpared,
  type LaneKey,
  selectSparing,
  selectVolumeFacts,
  type VolumeFactsRow,
} from './retention.sql';
import { isFull, judge, type Judged, type Wanted } from './judge';

export type Say = (line: string) => void;

/** Lanes whose audience is written in one transaction: 0.1 s. */
const LANES_AT_ONCE = 20;

/**
 * Says what there is, and does what is wanted, while no other retention of our schema does.
 * @param url of the database
 * @throws ConfigError as `apply` does
 */
export async function retention(url: string, config: Config, wanted: Wanted, say: Say, report: Say): Promise<void> {
  // our schema alone: a DROP must not fall through to a table of somebody else that has the same name
  const ours = { ...config, CUSTOMERS_SCHEMA: config.DATABASE_SCHEMA, STATEMENT_TIMEOUT_SECONDS: 0 }; // a detach waits for whoever is reading
  const database = await connectPatiently(databaseOptions(url, ours), report);
  try {
    const session = database.createQueryRunner();
    const judged = await judge(session, wanted);
    for (const volume of judged) say(inWords(volume));
    if (wanted.apply) return await alone(session, config, wanted, say);
    if (isFull(judged, wanted)) say('A new volume would be begun.');
    say('Nothing was changed.');
  } finally {
    await database.destroy(); // ends the session, and with it the lock
  }
}

function inWords(volume: Judged): string {
  const { name, first_id, end_id, dispatches, notifications, bytes, newest_end, mayGo, reason } = volume;
  const size = `${dispatches} dispatches, ${notifications} notifications, ${(Number(bytes) / 1e6).toFixed(1)} MB`;
  const ended = newest_end ? `, over since ${newest_end.toISOString()}` : '';
  return `${name}: ids ${first_id} to ${BigInt(end_id) - 1n}, ${size}${ended}; ${mayGo ? 'may go' : `stays: ${reason}`}`;
}

async function alone(session: QueryRunner, config: Config, wanted: Wanted, say: Say): Promise<void> {
  await session.query("SET lock_timeout = '10s'");
  const key = `crm-service retention of ${config.DATABASE_SCHEMA}`;
  const { mine } = await row<{ mine: boolean }>(
    session,
    sql`SELECT pg_try_advisory_lock(hashtextextended(${key}, 0)) AS mine`,
  );
  if (mine) await apply(session, wanted, say);
  else say('Another one is at it: nothing was changed.');
}

/**
 * Does it, one volume after the other. Whatever it is killed in, the next call goes on there.
 * @throws ConfigError where a volume was not over any more when it was to go
 */
async function apply(session: QueryRunner, wanted: Wanted, say: Say): Promise<void> {
  for (const name of await detachedVolumes(session)) await putAway(session, name, wanted, say);
  if (wanted.olderThanDays !== undefined) {
    for (const volume of await judge(session, wanted)) {
      if (!volume.mayGo) continue;
      await archive(session, volume, wanted.olderThanDays);
      say(`Archived ${volume.dispatches} dispatches of ${volume.name}`);
      await forgetDelivery(session, volume);
      await detach(session, volume);
      await putAway(session, volume.name, wanted, say);
    }
    await forgetRetryLeases(session, wanted.olderThanDays);
  }
  const made = await prepareAhead(session);
  if (made > 0) say(`Made ${made} volumes ahead`);
  if (isFull(await judge(session, wanted), wanted)) say(`Opened ${await openNext(session)}`);
}

/**
 * From the end of this on its notifications are asked of nobody any more: who had the campaign stands in the audiences. A volume that was archived
 * by somebody who was killed is found as it is.
 */
async function archive(session: QueryRunner, volume: Judged, olderThanDays: number): Promise<void> {
  await rememberSpared(session, volume.name, volume);
  await inTransaction(session.manager, async (transaction) => {
    await rows(transaction, holdVolume(volume));
    // in a statement of its own: it sees what was done before the hold
    const { blocking_id, why } = await row<VolumeFactsRow>(transaction, selectVolumeFacts(volume, olderThanDays));
    if (blocking_id !== null) throw new ConfigError(`${volume.name} stays: dispatch ${blocking_id} ${why}. Run it again`);
    const archived = await rows(transaction, archiveVolume(volume));
    const { role } = await row<{ role: string }>(transaction, sql`SELECT current_user AS role`);
    if (archived.length > 0)
      await rows(
        transaction,
        insertEntry({
          actor: `database role ${role}`,
          via: 'command',
          request_id: 'retention',
          action: 'notifications.archived',
          outcome: 'done',
          detail: { volume: volume.name, dispatches: archived.length, notifications: Number(volume.notifications) },
        }),
      );
  });
}

/** After it was detached nobody changes its rows any more: what was marked as sent meanwhile is seen now. */
async function putAway(session: QueryRunner, name: string, wanted: Wanted, say: Say): Promise<void> {
  const ids = await idsIn(session, name);
  if (ids) {
    await rememberSpared(session, name, ids);
    await forgetDelivery(session, ids);
  }
  await (wanted.keep ? keep(session, name) : drop(session, name));
  say(wanted.keep ? `Detached ${name}, which is now the table kept_${name}` : `Dropped ${name}`);
}

/** Writes down in the audiences whom a cancellation spared: the rows are the only ones that know. */
async function rememberSpared(session: QueryRunner, volume: string, ids: IdRange): Promise<void> {
  let after: LaneKey = { dispatch_id: ids.first_id, lane_no: -1 };
  for (;;) {
    const lanes = await rows<LaneKey>(session, selectSparing(ids, after, LANES_AT_ONCE));
    if (lanes.length === 0) return;
    await rows(session, keepSpared(volume, lanes));
    after = lanes.at(-1)!;
  }
}
