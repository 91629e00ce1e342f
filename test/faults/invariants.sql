-- What must hold whatever crashed: every statement gives no rows. Run on our schema when all that was under way has ended. Each begins with
-- a line "-- name: …"; what it gives back says where to look.
--
-- Where dispatches were asked for otherwise than with an Idempotency-Key, leave out I6; where schedules fired them, the first of I5.

-- name: I1 a customer has two notifications of one dispatch
SELECT dispatch_id, user_id, count(*) FROM notifications GROUP BY dispatch_id, user_id HAVING count(*) > 1;

-- name: I1 a customer is in one audience twice
SELECT a.dispatch_id, c.user_id, count(*)
FROM dispatch_audience a, unnest(a.user_ids) AS c (user_id)
GROUP BY a.dispatch_id, c.user_id HAVING count(*) > 1;

-- name: I1 a notification is of nobody who is targeted
SELECT n.dispatch_id, n.user_id, n.lane_no
FROM notifications n
WHERE NOT EXISTS (
  SELECT FROM dispatch_audience a, unnest(a.user_ids, a.reasons) AS c (user_id, reason)
  WHERE a.dispatch_id = n.dispatch_id AND a.chunk_no = n.lane_no AND c.user_id = n.user_id AND c.reason = 0);

-- name: I1 a customer who is targeted has no notification although it is dispatched
SELECT d.id, c.user_id, a.chunk_no
FROM dispatches d
JOIN dispatch_audience a ON a.dispatch_id = d.id
CROSS JOIN unnest(a.user_ids, a.reasons) AS c (user_id, reason)
LEFT JOIN notifications n ON n.dispatch_id = d.id AND n.user_id = c.user_id
WHERE d.status = 'dispatched' AND d.kind <> 'dry_run' AND c.reason = 0 AND n.user_id IS NULL;

-- name: I1 an audience is not in chunks in order
SELECT a.dispatch_id, a.chunk_no, a.first_user_id, a.last_user_id, p.last_user_id AS before
FROM dispatch_audience a
LEFT JOIN dispatch_audience p ON p.dispatch_id = a.dispatch_id AND p.chunk_no = a.chunk_no - 1
WHERE (a.chunk_no > 0 AND p.chunk_no IS NULL) OR a.first_user_id <= p.last_user_id
   OR a.first_user_id <> a.user_ids[1] OR a.last_user_id <> a.user_ids[cardinality(a.user_ids)];

-- name: I4 a chunk of an audience counts others than are targeted
SELECT a.dispatch_id, a.chunk_no, a.targeted, r.targeted AS found
FROM dispatch_audience a CROSS JOIN LATERAL (SELECT count(*) AS targeted FROM unnest(a.reasons) AS c (reason) WHERE c.reason = 0) r
WHERE a.targeted <> r.targeted;

-- name: I4 the figures of a dispatch are not those of its audience
SELECT d.id, d.status, d.matched, r.*
FROM dispatches d
CROSS JOIN LATERAL (
  SELECT count(*) AS matched, count(DISTINCT a.chunk_no) AS chunks,
         count(*) FILTER (WHERE c.reason = 1) AS excluded, count(*) FILTER (WHERE c.reason = 2) AS suppressed,
         count(*) FILTER (WHERE c.reason = 3) AS already_notified, count(*) FILTER (WHERE c.reason = 4) AS frequency_capped,
         count(*) FILTER (WHERE c.reason = 5) AS holdout
  FROM dispatch_audience a, unnest(a.reasons) AS c (reason) WHERE a.dispatch_id = d.id
) r
WHERE d.resolved_at IS NOT NULL
  AND (d.matched, d.chunks, d.excluded, d.suppressed, d.already_notified, d.frequency_capped, d.holdout)
      IS DISTINCT FROM (r.matched, r.chunks::int, r.excluded, r.suppressed, r.already_notified, r.frequency_capped, r.holdout);

-- name: I4 a dispatch counts other notifications than there are
SELECT d.id, d.status, d.queued, r.notifications, r.in_lanes
FROM dispatches d
CROSS JOIN LATERAL (
  SELECT (SELECT count(*) FROM notifications n WHERE n.dispatch_id = d.id) AS notifications,
         (SELECT coalesce(sum(l.total), 0) FROM dispatch_lanes l WHERE l.dispatch_id = d.id) AS in_lanes
) r
WHERE d.queued <> r.notifications OR d.queued <> r.in_lanes;

-- name: I4 a lane counts other notifications than it has
SELECT dispatch_id, lane_no, l.total, r.total AS found, l.sent, r.sent AS found_sent, l.failed, r.failed AS found_failed
FROM (SELECT dispatch_id, lane_no, sum(total) AS total, sum(sent) AS sent, sum(failed) AS failed FROM dispatch_lanes GROUP BY 1, 2) l
FULL JOIN (
  SELECT dispatch_id, lane_no, count(*) AS total, count(*) FILTER (WHERE state = 2) AS sent, count(*) FILTER (WHERE state = 3) AS failed
  FROM notifications GROUP BY 1, 2
) r USING (dispatch_id, lane_no)
WHERE (l.total, l.sent, l.failed) IS DISTINCT FROM (r.total, r.sent, r.failed);

-- name: I5 a dispatch that somebody began has not exactly one entry in the audit log
SELECT d.id, d.requested_by, count(e.id)
FROM dispatches d LEFT JOIN audit_entries e ON e.action = 'dispatch.started' AND e.target_id = d.id::text AND e.actor = d.requested_by
GROUP BY d.id HAVING count(e.id) <> 1;

-- name: I5 an entry is of no dispatch
-- those of earlier scenarios are left: entries are never removed
SELECT e.id, e.target_id FROM audit_entries e
WHERE e.action = 'dispatch.started' AND e.target_id::bigint >= (SELECT min(id) FROM dispatches)
  AND NOT EXISTS (SELECT FROM dispatches d WHERE d.id = e.target_id::bigint);

-- name: I5 the chain of entries is broken
SELECT id FROM (
  SELECT id, hash, previous_hash, audit_hash(e) AS computed, lag(id, 1, 0::bigint) OVER chain AS id_before, lag(hash) OVER chain AS hash_before
  FROM audit_entries e WINDOW chain AS (ORDER BY id)
) c WHERE id <> id_before + 1 OR previous_hash <> hash_before OR hash <> computed;

-- name: I6 a key whose effect is no dispatch
SELECT k.key, k.effect, k.status
FROM idempotency_keys k
WHERE k.route LIKE '%/dispatch%' AND NOT EXISTS (SELECT FROM dispatches d WHERE to_jsonb(d.id::text) = k.effect);

-- name: I6 a dispatch that is not the effect of exactly one key
SELECT d.id, d.campaign_id, count(k.key)
FROM dispatches d LEFT JOIN idempotency_keys k ON k.effect = to_jsonb(d.id::text)
GROUP BY d.id HAVING count(k.key) <> 1;

-- name: I7 a dispatch says that it is dispatched, and does not reconcile
SELECT d.id, d.next_chunk, d.chunks, d.matched, d.queued, d.finished_at, r.targeted
FROM dispatches d
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE c.reason = 0) AS targeted
  FROM dispatch_audience a, unnest(a.reasons) AS c (reason) WHERE a.dispatch_id = d.id
) r
WHERE d.status = 'dispatched' AND (d.next_chunk IS DISTINCT FROM d.chunks OR d.queued <> r.targeted OR d.finished_at IS NULL
  OR d.matched <> d.excluded + d.suppressed + d.already_notified + d.frequency_capped + d.holdout + d.queued);

-- name: I7 a dispatch failed or did not end
SELECT id, status, failure, failure_detail, next_chunk, chunks FROM dispatches WHERE status NOT IN ('dispatched', 'previewed', 'cancelled');

-- name: I7 two dispatches of a campaign are active
SELECT campaign_id, count(*) FROM dispatches
WHERE kind = 'campaign' AND status IN ('resolving', 'writing', 'paused') GROUP BY campaign_id HAVING count(*) > 1;

-- name: R a customer has a campaign twice that is once for each customer
-- what was cancelled does not count, though a worker who is late, or marks by name, may say that it was sent; nor what was withheld from
-- somebody who was suppressed, and is not any more
SELECT d.campaign_id, n.user_id, count(*)
FROM notifications n JOIN dispatches d ON d.id = n.dispatch_id
WHERE d.kind = 'campaign' AND (d.settings ->> 'once_per_customer')::boolean AND d.status NOT IN ('cancelled', 'failed') AND n.state <> 4
GROUP BY d.campaign_id, n.user_id HAVING count(*) > 1;

-- name: R a customer was messaged more often than a cap allows
-- what had ended when a capped dispatch began counts, and every other dispatch with this cap, whichever was first; what a cancellation spared
-- does not. Only where there are as many others at all: everybody of every two dispatches, put side by side, are too many to look at again and again
WITH capped AS MATERIALIZED (
  SELECT id, created_at, settings -> 'frequency_cap' AS cap, (settings #>> '{frequency_cap,max}')::int AS max,
         make_interval(days => (settings #>> '{frequency_cap,per_days}')::int) AS days
  FROM dispatches WHERE kind = 'campaign' AND jsonb_typeof(settings -> 'frequency_cap') = 'object'
), many AS MATERIALIZED (
  SELECT d.id, d.max, array_agg(e.id) AS others
  FROM capped d JOIN dispatches e ON e.kind = 'campaign' AND e.id <> d.id AND e.created_at > d.created_at - d.days
   AND (e.finished_at <= d.created_at OR e.settings -> 'frequency_cap' = d.cap)
  GROUP BY d.id, d.max HAVING count(*) >= d.max
)
SELECT d.id, o.user_id, count(*) AS others
FROM many d JOIN notifications o ON o.dispatch_id = ANY (d.others) JOIN dispatches e ON e.id = o.dispatch_id
WHERE o.state <> 4 AND (o.state IN (2, 3) OR e.status NOT IN ('cancelled', 'failed'))
  AND EXISTS (SELECT FROM notifications n WHERE n.dispatch_id = d.id AND n.user_id = o.user_id)
GROUP BY d.id, d.max, o.user_id HAVING count(*) >= d.max;

-- name: I8 a transaction was left open
SELECT pid, state, xact_start, query FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'crm-service' AND xact_start IS NOT NULL;

-- name: I8 a prepared transaction was left
SELECT gid, prepared FROM pg_prepared_xacts WHERE database = current_database();

-- name: I8 an advisory lock was left
SELECT pid, classid, objid FROM pg_locks
WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database());

-- name: I8 a temporary table was left
SELECT c.oid::regclass, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relpersistence = 't' AND c.relkind = 'r';

-- name: I8 an index is not valid
SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid OR NOT indisready;
