import { sql } from '../../common/sql';

/** What may not go out until somebody has looked at it: every run that is written or handed out. Each with its campaign. */
export const holdDispatches = sql`
  UPDATE dispatches d SET status = 'paused' FROM campaigns c
  WHERE c.id = d.campaign_id AND d.kind <> 'dry_run' AND (d.status IN ('resolving', 'writing') OR (d.status = 'dispatched' AND EXISTS (
    SELECT FROM dispatch_lanes l WHERE l.dispatch_id = d.id AND l.total > l.sent + l.failed + l.cancelled + l.withheld)))
  RETURNING d.id, c.name`;

/**
 * Numbers far from those that dispatches had which are not in the dump: a number is a part of the ids by which providers know what they have
 * sent, and must not come again for something else.
 */
export const skipDispatchNumbers = sql`
  SELECT setval(pg_get_serial_sequence('dispatches', 'id'), coalesce(max(id), 0) + 1000000) AS last FROM dispatches`;

/** Other processes of this service that are connected to this database. */
export const selectOthers = sql`
  SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND starts_with(application_name, 'crm-service') AND application_name <> 'crm-service keeper'
    AND pid <> pg_backend_pid()`;
