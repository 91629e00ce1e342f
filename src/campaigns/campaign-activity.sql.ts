import { raw, sql, type Sql } from '../common/sql';
import { reasons } from './audience/reasons';
import type { DispatchStatus } from './dispatch/dispatch-row';

/** A row of what selectActivity gives. */
export interface ActivityRow {
  id: string;
  /** Null where it was never dispatched. */
  last_dispatch: { id: string; status: DispatchStatus; targeted: number; created_at: string } | null;
  next_at: Date | null;
}

const leftOut = raw(reasons.map(({ name }) => `d.${name}`).join(' + '));

/** What became of each campaign last, tests and dry runs aside, and when it goes out by itself next. */
export const selectActivity = (ids: readonly string[]): Sql => sql`
  SELECT c.id, d.seen AS last_dispatch, s.next_at
  FROM unnest(${ids}::uuid[]) AS c (id)
  LEFT JOIN campaign_schedules s ON s.campaign_id = c.id
  LEFT JOIN LATERAL (
    SELECT jsonb_build_object('id', d.id::text, 'status', d.status, 'targeted', d.matched - (${leftOut}),
             'created_at', to_char(d.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) AS seen
    FROM dispatches d WHERE d.campaign_id = c.id AND d.kind = 'campaign' ORDER BY d.id DESC LIMIT 1
  ) d ON true`;
