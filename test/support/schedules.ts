import { ScheduleRunner } from '../../src/campaigns/schedule/schedule-runner';
import { sql } from '../../src/common/sql';
import type { TestApp } from './app';

/** A process that fires and dispatches nothing by itself: what is due is fired when a test says so. */
export const QUIET = { ROLES: ['api' as const] };

/** Once, in more than a hundred years. */
export const ONCE = { scheduled_at: '2199-12-01T09:00', time_zone: 'Europe/Madrid' };

interface Named {
  id: string;
}
export interface Occurrence {
  due_at: string;
  outcome: string;
  dispatch_id: string | null;
  detail: string;
}

export const address = ({ id }: Named) => `/campaigns/${id}/schedule`;

/** Verbs about the schedules of one application. */
export function schedules(app: TestApp) {
  const occurrences = async (of: Named): Promise<Occurrence[]> =>
    (await app.api.get(`${address(of)}/occurrences`).expect(200)).body as Occurrence[];
  const run = ({ text, values }: ReturnType<typeof sql>) => app.db.query(text, values);
  return {
    campaign: async () => app.make.campaign([await app.make.segment({})]),
    put: (of: Named, body: object = ONCE) => app.api.put(address(of)).send(body),
    /** What a dispatcher does every second. */
    fire: (by = app) => by.nest.get(ScheduleRunner).fireDue(new AbortController().signal),
    occurrences,
    outcomes: async (of: Named) => (await occurrences(of)).map(({ outcome }) => outcome),
    nextAt: async (of: Named) => (await app.api.get(address(of)).expect(200)).body.next_at as string | null,
    dispatches: (of: Named) =>
      app.db.query<{ id: string; requested_by: string }>('SELECT id, requested_by FROM dispatches WHERE campaign_id = $1', [
        of.id,
      ]),
    /** Makes the next occurrence one of so many seconds ago; where it is the only one, the schedule is for that time. */
    dueSince: (of: Named, seconds: number) =>
      run(sql`
        WITH due AS (SELECT date_trunc('second', clock_timestamp()) - make_interval(secs => ${seconds}) AS at)
        UPDATE campaign_schedules SET next_at = due.at, time_zone = 'UTC',
          local_time = CASE WHEN recurrence IS NULL THEN to_char(due.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') ELSE local_time END
        FROM due WHERE campaign_id = ${of.id}`),
    /** Makes an instant the next occurrence. */
    dueAt: (of: Named, at: string) =>
      run(sql`UPDATE campaign_schedules SET next_at = ${at}::timestamptz WHERE campaign_id = ${of.id}`),
    /** The database's clock, so many seconds from now, as a local time in UTC. */
    fromNow: async (seconds: number): Promise<string> => {
      const [{ at }] = (await run(sql`SELECT clock_timestamp() + make_interval(secs => ${seconds}) AS at`)) as {
        at: Date;
      }[];
      return at.toISOString().slice(0, 19);
    },
  };
}
