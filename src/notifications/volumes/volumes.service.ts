import { type Queryable, row, rows } from '../../common/sql';
import {
  detachVolume,
  dropRetryLeases,
  dropTraces,
  dropVolume,
  type IdRange,
  keepVolume,
  openVolume,
  prepareVolumes,
  selectDetached,
  selectIdsIn,
  selectVolumes,
  type VolumeRow,
} from './volumes.sql';

export type { IdRange, VolumeRow };

/** Volumes that are there before anybody needs them: one to go on in, and one for whoever moves the ids on by a million. */
const AHEAD = 2;
/** Rows beside the ledger that go in one transaction. */
const AT_ONCE = 10_000;

/** The volumes of the ledger, oldest first. */
export const volumes = (database: Queryable): Promise<VolumeRow[]> => rows<VolumeRow>(database, selectVolumes);

/** Makes the volumes that the next dispatches will write into, where they are missing. @returns how many were made */
export async function prepareAhead(database: Queryable): Promise<number> {
  return (await row<{ made: number }>(database, prepareVolumes(AHEAD))).made;
}

/** From now on a new dispatch writes into the volume after the current one. @returns its name */
export async function openNext(database: Queryable): Promise<string> {
  await prepareAhead(database);
  const next = (await volumes(database)).find(({ place }) => place === 'ahead');
  if (!next) throw new Error('No volume is ahead of the current one, although they were made');
  await rows(database, openVolume(next.first_id));
  await prepareAhead(database);
  return next.name;
}

/**
 * Takes a volume out of the ledger, however many rows it has, while everybody goes on. Waits for whoever reads or writes notifications at this
 * moment; where it is killed meanwhile, the next call ends it. Not in a transaction.
 */
export async function detach(session: Queryable, volume: VolumeRow): Promise<void> {
  // nobody waits behind it: whoever comes does not see the volume any more
  await session.query('SET lock_timeout = 0');
  await rows(session, detachVolume(volume));
  await session.query("SET lock_timeout = '10s'");
}

/** Volumes that somebody detached who was killed before he dropped them. */
export const detachedVolumes = async (database: Queryable): Promise<string[]> =>
  (await rows<{ name: string }>(database, selectDetached)).map(({ name }) => name);

/** Which dispatches a volume has something of; none where it is empty. */
export async function idsIn(database: Queryable, volume: string): Promise<IdRange | undefined> {
  const { first_id, end_id } = await row<{ first_id: string | null; end_id: string }>(database, selectIdsIn(volume));
  return first_id === null ? undefined : { first_id, end_id };
}

export const drop = (database: Queryable, volume: string): Promise<unknown> => rows(database, dropVolume(volume));

/** Leaves it as a table of another name, for whoever takes a dump of it. */
export const keep = (database: Queryable, volume: string): Promise<unknown> => rows(database, keepVolume(volume));

/** Attempts, leases, retries and redrives of these dispatches, of which nobody can ask any more. In many short transactions. */
export async function forgetDelivery(database: Queryable, ids: IdRange): Promise<void> {
  let most = AT_ONCE;
  while (most === AT_ONCE) most = (await row<{ most: number }>(database, dropTraces(ids, AT_ONCE))).most;
}

/** Leases of retries that ended so long ago and that nothing refers to any more. */
export async function forgetRetryLeases(database: Queryable, days: number): Promise<void> {
  let dropped = AT_ONCE;
  while (dropped === AT_ONCE) dropped = (await rows(database, dropRetryLeases(days, AT_ONCE))).length;
}
