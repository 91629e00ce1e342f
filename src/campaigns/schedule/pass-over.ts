import type { EntityManager } from 'typeorm';
import { rows } from '../../common/sql';
import { Occurrences } from './occurrences';
import { type DueSchedule, insertOccurrences, setNext, takeDue } from './schedule.sql';

/**
 * Takes what is due off every schedule, as missed, and goes on with what comes after now. Of those due since the first only that one is on
 * record.
 * @returns how many schedules had something due
 */
export async function passOverDue(transaction: EntityManager, detail: string): Promise<number> {
  const seen: string[] = [];
  for (;;) {
    const [schedule] = await rows<DueSchedule>(transaction, takeDue(seen));
    if (!schedule) return seen.length;
    seen.push(schedule.campaign_id);
    const next = new Occurrences(schedule).next(schedule.now.getTime());
    const missed = { due_at: schedule.next_at, outcome: 'missed' as const, dispatch_id: null, detail };
    await rows(transaction, insertOccurrences(schedule.campaign_id, [missed]));
    await rows(transaction, setNext(schedule.campaign_id, next === undefined ? null : new Date(next)));
  }
}
