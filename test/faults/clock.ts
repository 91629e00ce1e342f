import { setTimeout as sleep } from 'node:timers/promises';
import type { FreshDatabase } from '../support/database';
import type { Crew } from './crew';

const TICK_MS = 50;

/** Makes time pass for whom nothing else is waited for. */
export interface Clock {
  stop(): Promise<void>;
}

/**
 * A lease has 5 s at least, and what was lost waits up to 30 s: a run of a thousand kills would wait for an hour. So leases of workers that
 * are dead or stopped, and claims that nobody heard of, are made to run out at once, and retries are due at once: as if that time had passed.
 * Whatever somebody has locked is left for the next time.
 */
export function startClock(database: Pick<FreshDatabase, 'query'>, crew: Crew): Clock {
  let isRunning = true;
  const run = async () => {
    while (isRunning) {
      const alive = crew.all().filter(({ isPaused }) => !isPaused);
      const held = alive.map(({ holds }) => holds).filter((holds) => holds !== undefined && !holds.includes(':'));
      const claiming = alive.filter(({ isClaiming }) => isClaiming).map(({ name }) => name);
      await database.query(
        `WITH over AS (
           SELECT lease_token FROM notification_leases
           WHERE ended_at IS NULL AND worker IS NOT NULL AND lease_until > clock_timestamp() AND lease_token <> ALL ($1::uuid[])
             AND NOT (worker = ANY ($2) AND claimed_at > clock_timestamp() - interval '1 second')
           FOR UPDATE SKIP LOCKED
         ) UPDATE notification_leases l SET lease_until = clock_timestamp() FROM over WHERE l.lease_token = over.lease_token`,
        [held, claiming],
      );
      await database.query(
        `WITH due AS (
           SELECT dispatch_id, user_id FROM notification_retries WHERE lease_token IS NULL AND due_at > clock_timestamp() FOR UPDATE SKIP LOCKED
         ) UPDATE notification_retries r SET due_at = clock_timestamp() FROM due WHERE (r.dispatch_id, r.user_id) = (due.dispatch_id, due.user_id)`,
      );
      await sleep(TICK_MS);
    }
  };
  const ended = run();
  return {
    stop: () => {
      isRunning = false;
      return ended;
    },
  };
}
