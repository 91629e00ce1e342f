import { type Queryable, row } from '../../common/sql';
import { type VolumeRow, volumes } from '../../notifications/volumes/volumes.service';
import { selectVolumeFacts, type VolumeFactsRow } from './retention.sql';

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

const DAY_MS = 86_400_000;

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
  if (place === 'ahead') return 'it is ahead';
  if (place === 'current') return 'it is written into';
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
