-- What must hold of workers whatever crashed: every statement gives no rows. Run beside invariants.sql, when all notifications have ended and
-- the last leases were reclaimed. Who settled what is also written down by a trigger of the tests, into "settlements".

-- name: W1 a notification did not end as sent or failed
SELECT dispatch_id, user_id, state, attempts, error FROM notifications WHERE state NOT IN (2, 3);

-- name: W1 a retry is left
SELECT * FROM notification_retries;

-- name: W1 a lease is still running
SELECT * FROM notification_leases WHERE ended_at IS NULL;

-- name: W1 a lane is still open
SELECT dispatch_id, lane_no, next_user_id, last_user_id FROM dispatch_lanes WHERE open;

-- name: W2 a notification was settled twice
SELECT dispatch_id, user_id, count(*), array_agg(state) FROM settlements GROUP BY dispatch_id, user_id HAVING count(*) > 1;

-- name: W2 a notification counts other attempts than it had
-- one for what settled it for good, and one for each failure
SELECT n.dispatch_id, n.user_id, n.attempts, a.failures
FROM notifications n
LEFT JOIN (SELECT dispatch_id, user_id, count(*) AS failures FROM notification_attempts WHERE outcome = 'retry' GROUP BY 1, 2) a USING (dispatch_id, user_id)
WHERE n.attempts <> 1 + coalesce(a.failures, 0);

-- name: W3 a lease was settled with after it had ended
-- whatever came in the same millisecond is not told apart: the lease was locked, so it came before
SELECT l.lease_token, l.worker, l.outcome, l.ended_at, r.created_at, r.answer
FROM settle_receipts r JOIN notification_leases l USING (lease_token)
WHERE l.outcome IN ('lost', 'released') AND r.created_at > l.ended_at;

-- name: W3 a settled lease was settled with once more
SELECT l.lease_token, l.worker, l.ended_at, count(*)
FROM settle_receipts r JOIN notification_leases l USING (lease_token)
WHERE l.outcome = 'settled' AND r.created_at >= l.ended_at
GROUP BY l.lease_token HAVING count(*) > 1;

-- name: W3 a receipt is of no lease
SELECT lease_token FROM settle_receipts r WHERE NOT EXISTS (SELECT FROM notification_leases l WHERE l.lease_token = r.lease_token);

-- name: W3 a lease that was settled has open ones
SELECT lease_token, worker, open FROM notification_leases WHERE outcome = 'settled' AND open <> 0;

-- name: W4 notifications were in two hands at the same time
SELECT a.dispatch_id, a.lane_no, a.lease_token, b.lease_token AS other, a.worker, b.worker AS other_worker, b.claimed_at, a.ended_at
FROM notification_leases a
JOIN notification_leases b ON b.dispatch_id = a.dispatch_id AND b.lane_no = a.lane_no AND b.lease_token <> a.lease_token
 AND b.first_user_id <= a.last_user_id AND b.last_user_id >= a.first_user_id
WHERE a.worker IS NOT NULL AND b.worker IS NOT NULL
  AND b.claimed_at >= a.claimed_at AND b.claimed_at < coalesce(a.ended_at, 'infinity');
