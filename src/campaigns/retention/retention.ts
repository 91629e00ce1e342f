import type { QueryRunner } from 'typeorm';
import { insertEntry } from '../../audit/audit.sql';
import { type Queryable, row, rows, sql } from '../../common/sql';
import { ConfigError } from '../../config/config';
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
  type VolumeRow,
  volumes,
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

/** What is to be done, where `apply` says that it is. */
export interface Wanted {
  /** Volumes of which every dispatch has been over for so many days go; undefined: none does. */
  olderThanDays?: number;
  /** A volume whose first dispatch is older is followed by a new one. */
  newVolumeAfterDays: number;
  apply: boolean;
  /** Leave what is detached as a table of its own. */
  keep: boolean;
}

/** A volume with what its dispatches come to. `reason`: why it stays. */
export interface Judged extends VolumeRow, VolumeFactsRow {
  mayGo: boolean;
  reason: string;
}

export type Say = (line: string) => void;

const DAY_MS = 86_400_000;
/** Lanes whose audience is written in one transaction: 0.1 s. */
const LANES_AT_ONCE = 20;

/** Every volume, and whether it may go: without a number of days, as if they had passed. */
export async function judge(database: Queryable, { olderThanDays = 0 }: Wanted): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const volume of await volumes(database)) {
    const facts = await row<VolumeFactsRow>(database, selectVolumeFacts(volume, olderThanDays));
    const reason = reasonToStay(volume, facts);
    judged.push({ ...volume, ...facts, mayGo: reason === '', reason });
  }
  return judged;
}

function reasonToStay({ place }: VolumeRow, { blocking, blocking_id, why }: VolumeFactsRow): string {
  if (place === 'ahead') return 'is ahead';
  if (place === 'current') return 'is written into';
  if (blocking_id === null) return '';
  const others = Number(blocking) > 1 ? `, and ${Number(blocking) - 1} others are not over` : '';
  return `dispatch ${blocking_id} ${why}${others}`;
}

/** Whether the current volume has been written into for so many days. */
export const isFull = (judged: readonly Judged[], { newVolumeAfterDays }: Wanted): boolean =>
  judged.some(
    ({ place, oldest }) =>
      place === 'current' && oldest !== null && Date.now() - oldest.getTime() > newVolumeAfterDays * DAY_MS,
  );

/**
 * Does it, one volume after the other. Whatever it is killed in, the next call goes on there; a second one at the same time does nothing.
 * @param session the connection that holds the lock of retention, and the path of our schema alone
 * @throws ConfigError where a volume was not over any more when it was to go
 */
export async function apply(session: QueryRunner, wanted: Wanted, say: Say): Promise<void> {
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
