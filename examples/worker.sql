-- A worker in SQL, one round: text messages go into a table from which somebody's gateway, in the same database, sends them. Since claim,
-- delivery and settle are one transaction, each is put there exactly once, whatever crashes. Run it again and again:
--
--   psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f examples/worker.sql
--
-- The role is that of worker-role.sql, and may besides: GRANT INSERT, SELECT (message_id) ON sms_outbox TO crm_worker, for
--   CREATE TABLE sms_outbox (message_id text PRIMARY KEY, customer uuid NOT NULL, body text NOT NULL);
-- What takes longer than a moment, such as a call to a provider, does not belong into a transaction: claim and settle in two then.
BEGIN;

CREATE TEMPORARY TABLE batch ON COMMIT DROP AS
SELECT * FROM crm.claim(max_rows => 500, lease_seconds => 60, only_channel => 'sms', worker => 'sms gateway');

INSERT INTO sms_outbox (message_id, customer, body)
SELECT id, user_id, message FROM batch
ON CONFLICT (message_id) DO NOTHING; -- it is there already, from before it was tried again by hand

-- no row: there was nothing
SELECT sent_count, failed_count, retrying_count, open_count, rejected
FROM (SELECT DISTINCT lease_token FROM batch) AS lease, crm.settle(lease.lease_token, sent => ARRAY(SELECT id FROM batch));

COMMIT;
