import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How notifications are settled: whoever does it, and in whichever way, it goes through settle_rows. */
export class Settle1796120000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- who calls a function of its owner's rights must not be able to put a table of his own before ours
      SELECT set_config('crm.search_path', current_setting('search_path'), true),
             set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

      -- The common case of settle_rows: much of one range, all of it sent. A walk along the range, hashed with what was sent, is a third of the time of
      -- looking each up by its key; the planner cannot know how many there are, and would not do it by itself. (Without jit: what it has
      -- left of nested loops counts as so dear that every call would be compiled, for 150 ms.)
      CREATE FUNCTION settle_sent(with_lease notification_leases, sent_ids text[], OUT settled uuid[])
      LANGUAGE plpgsql SET enable_nestloop = off SET enable_mergejoin = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
      DECLARE prefix text := with_lease.dispatch_id || ':';
      BEGIN
        WITH done AS (
          UPDATE notifications n SET state = 2, attempts = n.attempts + 1, settled_at = clock_timestamp(), error = NULL
          FROM (SELECT split_part(i.id, ':', 2)::uuid AS user_id FROM unnest(sent_ids) AS i (id) WHERE starts_with(i.id, prefix) OFFSET 0) s -- each read once
          WHERE n.dispatch_id = with_lease.dispatch_id AND n.user_id BETWEEN with_lease.first_user_id AND with_lease.last_user_id
            AND n.lane_no = with_lease.lane_no AND n.state = 0 AND n.user_id = s.user_id
          RETURNING n.user_id
        ), counted AS (
          UPDATE dispatch_lanes l SET sent = l.sent + d.count, cancelled = greatest(l.cancelled - d.count, 0)
          FROM (SELECT count(*) FROM done) d
          WHERE l.dispatch_id = with_lease.dispatch_id AND l.lane_no = with_lease.lane_no AND d.count > 0
        )
        SELECT array_agg(d.user_id) INTO settled FROM done d;
      END $$;

      -- Settles what may be settled: with a lease what is open in it, without one whatever is not settled. In this order are rows locked,
      -- here and everywhere: the lease, notifications, their retries, their lanes in order. Guarded row by row: what is settled already is
      -- given back as rejected, and keeps none of its neighbours from being settled.
      -- Failed five times, or not to be tried again, it is given up; else it waits 10 s, 20, 40 … at most an hour, give or take a quarter,
      -- or as long as its worker says.
      CREATE FUNCTION settle_rows(with_lease notification_leases, sent_ids text[], failed_ids text[], errors text[], retry boolean[],
        retry_after_seconds double precision[], delivery_info jsonb, settled_by text, OUT sent integer, OUT failed integer, OUT retrying integer, OUT rejected text[])
      LANGUAGE plpgsql AS $$
      DECLARE
        is_range boolean := with_lease.dispatch_id IS NOT NULL;
        sent_users uuid[];
        lanes record;
      BEGIN
        IF is_range AND failed_ids = '{}' AND delivery_info = '{}' AND cardinality(sent_ids) * 4 >= with_lease.open THEN
          sent_users := settle_sent(with_lease, sent_ids);
          sent := coalesce(cardinality(sent_users), 0); failed := 0; retrying := 0; rejected := '{}';
          IF sent < cardinality(sent_ids) THEN
            PERFORM split_part(s.id, ':', 1)::bigint, split_part(s.id, ':', 2)::uuid FROM unnest(sent_ids) AS s (id); -- a malformed one is an error
            rejected := ARRAY(SELECT s.id FROM unnest(sent_ids) AS s (id) EXCEPT SELECT with_lease.dispatch_id || ':' || u FROM unnest(sent_users) u);
          END IF;
          RETURN;
        END IF;
        -- Without a lease others may be at these rows: locked before they are looked at, so that a retry which another settle writes at this moment is seen.
        IF with_lease.lease_token IS NULL THEN
          PERFORM FROM notifications n JOIN unnest(sent_ids || failed_ids) AS asked (id)
            ON n.dispatch_id = split_part(asked.id, ':', 1)::bigint AND n.user_id = split_part(asked.id, ':', 2)::uuid
          ORDER BY n.dispatch_id, n.user_id FOR UPDATE OF n;
        END IF;
        WITH item AS MATERIALIZED (
          SELECT DISTINCT ON (i.id) i.id, split_part(i.id, ':', 1)::bigint AS dispatch_id, split_part(i.id, ':', 2)::uuid AS user_id, i.error, i.info, i.after,
                 coalesce(r.failures, 0) + 1 AS failures, r.reclaims + r.tried AS before, r.user_id IS NOT NULL AS was_retry,
                 (CASE WHEN i.is_sent THEN 2 WHEN i.again AND coalesce(r.failures, 0) < 4 THEN 1 ELSE 3 END)::smallint AS state
          FROM (
            SELECT id, true AS is_sent, NULL::text AS error, NULL::boolean AS again, NULL::double precision AS after, nullif(delivery_info -> id, '{}') AS info
            FROM unnest(sent_ids) AS s (id)
            UNION ALL
            SELECT id, false, left(errors[place], 1000), coalesce(retry[place], true), retry_after_seconds[place], NULL
            FROM unnest(failed_ids) WITH ORDINALITY AS f (id, place)
          ) i
          LEFT JOIN LATERAL (
            SELECT * FROM notification_retries r
            WHERE NOT is_range AND r.dispatch_id = split_part(i.id, ':', 1)::bigint AND r.user_id = split_part(i.id, ':', 2)::uuid
          ) r ON true
          WHERE is_range OR with_lease.lease_token IS NULL OR r.lease_token = with_lease.lease_token
          ORDER BY i.id, i.is_sent DESC
        ), settled AS (
          UPDATE notifications n
          SET state = i.state, attempts = n.attempts + 1, settled_at = CASE WHEN i.state <> 1 THEN clock_timestamp() END, error = i.error,
              meta = CASE WHEN i.info IS NULL THEN n.meta ELSE coalesce(n.meta, '{}') || i.info END
          FROM item i
          WHERE n.dispatch_id = i.dispatch_id AND n.user_id = i.user_id AND CASE
            WHEN is_range THEN n.state = 0 AND n.dispatch_id = with_lease.dispatch_id AND n.lane_no = with_lease.lane_no
              AND n.user_id BETWEEN with_lease.first_user_id AND with_lease.last_user_id
            WHEN with_lease.lease_token IS NULL THEN n.state IN (0, 1)
            ELSE n.state = 1 END
          RETURNING i.id, n.dispatch_id, n.user_id, n.lane_no, n.state, n.attempts, n.error, i.failures, i.before, i.was_retry, i.after
        ), waits AS (
          INSERT INTO notification_retries AS r (dispatch_id, user_id, channel, lane_no, due_at, failures, reclaims)
          SELECT s.dispatch_id, s.user_id, with_lease.channel, s.lane_no, s.due_at, s.failures, with_lease.reclaims
          FROM (SELECT *, clock_timestamp() + make_interval(secs => CASE
                  WHEN after IS NULL THEN least(3600, 10 * 2 ^ (failures - 1)) * (0.75 + random() / 2)
                  ELSE least(86400, greatest(0, after)) END) AS due_at
                FROM settled WHERE state = 1) s
          ON CONFLICT (dispatch_id, user_id) DO UPDATE SET due_at = excluded.due_at, failures = excluded.failures, lease_token = NULL
          RETURNING r.dispatch_id, r.user_id, r.due_at
        ), over AS (
          DELETE FROM notification_retries r USING settled s
          WHERE s.was_retry AND s.state <> 1 AND r.dispatch_id = s.dispatch_id AND r.user_id = s.user_id
        ), logged AS (
          INSERT INTO notification_attempts (dispatch_id, user_id, attempt, outcome, error, lease_token, retry_at, worker)
          SELECT s.dispatch_id, s.user_id, CASE
                   WHEN with_lease.lease_token IS NULL THEN (SELECT coalesce(max(a.attempt), 0) + 1 FROM notification_attempts a WHERE a.dispatch_id = s.dispatch_id AND a.user_id = s.user_id)
                   WHEN s.was_retry THEN s.failures + s.before ELSE with_lease.reclaims + 1 END,
                 CASE s.state WHEN 1 THEN 'retry' WHEN 2 THEN 'sent' ELSE 'failed' END, s.error, with_lease.lease_token, w.due_at, settled_by
          FROM settled s LEFT JOIN waits w ON w.dispatch_id = s.dispatch_id AND w.user_id = s.user_id
          WHERE with_lease.lease_token IS NULL OR s.state <> 2 OR s.was_retry
        ), counted AS (
          SELECT dispatch_id, lane_no, count(*) FILTER (WHERE state = 2) AS sent, count(*) FILTER (WHERE state = 3) AS failed,
                 count(*) FILTER (WHERE state = 1) AS retrying
          FROM settled GROUP BY dispatch_id, lane_no
        )
        SELECT array_agg(c.dispatch_id ORDER BY c.dispatch_id, c.lane_no) AS dispatches, array_agg(c.lane_no ORDER BY c.dispatch_id, c.lane_no) AS nos,
               array_agg(c.sent ORDER BY c.dispatch_id, c.lane_no) AS sent, array_agg(c.failed ORDER BY c.dispatch_id, c.lane_no) AS failed,
               coalesce(sum(c.sent), 0) AS all_sent, coalesce(sum(c.failed), 0) AS all_failed, coalesce(sum(c.retrying), 0) AS all_retrying,
               ARRAY(SELECT s.id FROM settled s WHERE s.state = 3) AS given_up,
               CASE WHEN coalesce(sum(c.sent + c.failed + c.retrying), 0) < cardinality(sent_ids) + cardinality(failed_ids) THEN
                 ARRAY(SELECT id FROM unnest(sent_ids || failed_ids) AS asked (id) EXCEPT SELECT s.id FROM settled s) ELSE '{}' END AS rejected
        INTO lanes FROM counted c;
        FOR i IN 1..coalesce(cardinality(lanes.nos), 0) LOOP
          -- in a lane that was cancelled meanwhile: what was in somebody's hands, and was sent, was sent
          UPDATE dispatch_lanes l
          SET sent = l.sent + lanes.sent[i], failed = l.failed + lanes.failed[i], cancelled = greatest(l.cancelled - lanes.sent[i] - lanes.failed[i], 0),
              open = l.open AND l.sent + lanes.sent[i] + l.failed + lanes.failed[i] + l.withheld < l.total -- settled by name, without a claim
          WHERE l.dispatch_id = lanes.dispatches[i] AND l.lane_no = lanes.nos[i] AND lanes.sent[i] + lanes.failed[i] > 0;
        END LOOP;
        IF cardinality(lanes.given_up) > 0 THEN
          PERFORM announce('notification.failed', jsonb_build_object('notification_id', g.id, 'dispatch_id', n.dispatch_id::text,
                    'campaign_id', d.campaign_id, 'user_id', n.user_id, 'error', n.error))
          FROM unnest(lanes.given_up) AS g (id)
          JOIN notifications n ON n.dispatch_id = split_part(g.id, ':', 1)::bigint AND n.user_id = split_part(g.id, ':', 2)::uuid
          JOIN dispatches d ON d.id = n.dispatch_id;
        END IF;
        sent := lanes.all_sent; failed := lanes.all_failed; retrying := lanes.all_retrying; rejected := lanes.rejected;
      END $$;

      -- For workers. No row: the lease is lost, and nothing was changed. The same call again has the same answer.
      CREATE FUNCTION settle(lease_token uuid, sent text[] DEFAULT '{}', failed text[] DEFAULT '{}', errors text[] DEFAULT '{}', retry boolean[] DEFAULT '{}',
        retry_after_seconds double precision[] DEFAULT '{}', delivery_info jsonb DEFAULT '{}')
      RETURNS TABLE (sent_count integer, failed_count integer, retrying_count integer, open_count integer, rejected text[])
      LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan AS $$
      DECLARE
        lease notification_leases;
        done record;
        left_open integer;
        said jsonb;
        -- ids in the binary form of arrays, a third of the time of their text
        print bytea := sha256(coalesce(array_send(sent), '-') || coalesce(array_send(failed), '-')
          || convert_to(concat_ws(' ', errors::text, retry::text, retry_after_seconds::text, delivery_info::text), 'UTF8'));
      BEGIN
        SELECT l.* INTO lease FROM notification_leases l WHERE l.lease_token = settle.lease_token FOR UPDATE;
        SELECT r.answer INTO said FROM settle_receipts r WHERE r.lease_token = settle.lease_token AND r.fingerprint = print;
        IF FOUND THEN
          RETURN QUERY SELECT a.* FROM jsonb_to_record(said) AS a (sent integer, failed integer, retrying integer, open integer, rejected text[]);
          RETURN;
        END IF;
        IF lease.lease_token IS NULL OR lease.ended_at IS NOT NULL OR lease.worker IS NULL THEN RETURN; END IF;
        IF delivery_info <> '{}' AND (jsonb_typeof(delivery_info) <> 'object' OR EXISTS (
             SELECT FROM jsonb_each(delivery_info) AS of_one (id, info) WHERE jsonb_typeof(info) <> 'object' OR octet_length(info::text) > 32768)) THEN
          RAISE invalid_parameter_value USING MESSAGE = 'delivery_info must be an object, by id, of objects of at most 16 KB';
        END IF;
        SELECT s.* INTO done FROM settle_rows(lease, settle.sent, settle.failed, settle.errors, settle.retry, settle.retry_after_seconds, settle.delivery_info, NULL) s;
        left_open := greatest(lease.open - done.sent - done.failed - done.retrying, 0);
        IF left_open > 0 AND cardinality(done.rejected) > 0 THEN -- what was settled without the lease is open in it no longer
          left_open := CASE WHEN lease.dispatch_id IS NULL
            THEN (SELECT count(*) FROM notification_retries r WHERE r.lease_token = lease.lease_token)
            ELSE (SELECT count(*) FROM notifications n WHERE n.dispatch_id = lease.dispatch_id AND n.lane_no = lease.lane_no AND n.state = 0
                    AND n.user_id BETWEEN lease.first_user_id AND lease.last_user_id) END;
        END IF;
        UPDATE notification_leases l SET open = left_open, ended_at = CASE WHEN left_open = 0 THEN clock_timestamp() END,
          outcome = CASE WHEN left_open = 0 THEN 'settled' END
        WHERE l.lease_token = lease.lease_token;
        INSERT INTO settle_receipts (lease_token, fingerprint, answer)
        VALUES (lease.lease_token, print, jsonb_build_object('sent', done.sent, 'failed', done.failed, 'retrying', done.retrying, 'open', left_open, 'rejected', to_jsonb(done.rejected)));
        IF done.retrying > 0 AND 1 > ANY (settle.retry_after_seconds) THEN PERFORM wake_workers(lease.channel); END IF; -- others are looked for in their time
        RETURN QUERY SELECT done.sent, done.failed, done.retrying, left_open, done.rejected;
      END $$;

      -- Holds a lease for so many seconds from now. NULL: it is lost.
      CREATE FUNCTION extend(lease_token uuid, lease_seconds integer) RETURNS timestamptz
      LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
      DECLARE until timestamptz;
      BEGIN
        IF lease_seconds NOT BETWEEN 5 AND 600 OR lease_seconds IS NULL THEN
          RAISE invalid_parameter_value USING MESSAGE = 'lease_seconds must be 5 to 600';
        END IF;
        UPDATE notification_leases l SET lease_until = clock_timestamp() + make_interval(secs => lease_seconds)
        WHERE l.lease_token = extend.lease_token AND l.ended_at IS NULL AND l.worker IS NOT NULL RETURNING l.lease_until INTO until;
        RETURN until;
      END $$;

      -- Gives back what is open in a lease; it counts as no attempt. How many, or NULL: it is lost.
      CREATE FUNCTION release(lease_token uuid) RETURNS integer
      LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
      DECLARE lease notification_leases;
      BEGIN
        UPDATE notification_leases l SET ended_at = clock_timestamp(), outcome = 'released'
        WHERE l.lease_token = release.lease_token AND l.ended_at IS NULL AND l.worker IS NOT NULL RETURNING l.* INTO lease;
        IF NOT FOUND THEN RETURN NULL; END IF;
        IF lease.dispatch_id IS NOT NULL THEN
          INSERT INTO notification_leases (channel, dispatch_id, lane_no, first_user_id, last_user_id, open, reclaims, claimed_at, lease_until)
          VALUES (lease.channel, lease.dispatch_id, lease.lane_no, lease.first_user_id, lease.last_user_id, 0, lease.reclaims, clock_timestamp(), '-infinity');
        ELSE
          UPDATE notification_retries r SET lease_token = NULL, due_at = clock_timestamp() WHERE r.lease_token = lease.lease_token;
        END IF;
        PERFORM wake_workers(lease.channel);
        RETURN lease.open;
      END $$;

      -- How the service reads a lease: JSON, which node reads five times as fast as arrays, and each dispatch's text once. Not STABLE: a dispatch may have been
      -- committed while the claim of this statement waited for a lane.
      CREATE FUNCTION lease_as_json(of_dispatches bigint[], of_users uuid[], of_attempts integer[], OUT dispatches json, OUT users json, OUT attempts json, OUT texts json)
      LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
      BEGIN
        dispatches := array_to_json(of_dispatches::text[]);
        users := array_to_json(of_users);
        attempts := array_to_json(of_attempts);
        texts := (SELECT json_object_agg(d.id, json_build_object('campaign_id', d.campaign_id, 'channel', d.channel, 'title', d.title, 'message', d.message))
                  FROM dispatches d WHERE d.id = ANY (of_dispatches));
      END $$;

      -- A new lease in this way, for whoever fills in placeholders. A function and not a statement of the service's, so that connections keep its plans.
      CREATE FUNCTION lease_any_as_json(max_rows integer, lease_seconds integer, only_channel text, worker text,
        OUT token uuid, OUT until timestamptz, OUT dispatches json, OUT users json, OUT attempts json, OUT texts json)
      LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
      BEGIN
        SELECT l.token, l.until, j.* INTO token, until, dispatches, users, attempts, texts
        FROM lease_any(max_rows, lease_seconds, only_channel, worker, true) l CROSS JOIN LATERAL lease_as_json(l.dispatches, l.users, l.attempts) j;
      END $$;

      -- For workers that speak only SQL. A message with placeholders is read by nobody as it stands: such dispatches are left to others, unless
      -- with_placeholders says that the worker fills them in.
      CREATE FUNCTION claim(max_rows integer, lease_seconds integer DEFAULT 60, only_channel text DEFAULT NULL, worker text DEFAULT 'sql', with_placeholders boolean DEFAULT false)
      RETURNS TABLE (lease_token uuid, lease_until timestamptz, id text, user_id uuid, campaign_id uuid, dispatch_id bigint, channel text, title text, message text, attempt integer)
      LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan AS $$
      #variable_conflict use_column
      DECLARE lease record;
      BEGIN
        SELECT l.* INTO lease FROM lease_any(max_rows, lease_seconds, only_channel, worker, with_placeholders) l;
        IF cardinality(lease.dispatches) = 1 THEN -- the common case: what is the same for all is looked at once
          RETURN QUERY
            SELECT o.token, o.until, o.prefix || u.user_id, u.user_id, o.campaign_id, o.id, o.channel, o.title, o.message, o.attempt
            FROM (SELECT lease.token, lease.until, d.id || ':' AS prefix, d.campaign_id, d.id, d.channel, d.title, d.message, lease.attempts[1] AS attempt
                  FROM dispatches d WHERE d.id = lease.dispatches[1] OFFSET 0) o
            CROSS JOIN unnest(lease.users) AS u (user_id);
          RETURN;
        END IF;
        RETURN QUERY
          SELECT lease.token, lease.until, d.id || ':' || n.user_id, n.user_id, d.campaign_id, d.id, d.channel, d.title, d.message, n.attempt
          FROM unnest(lease.dispatches, lease.users, lease.attempts) AS n (dispatch_id, user_id, attempt) JOIN dispatches d ON d.id = n.dispatch_id;
      END $$;
      REVOKE ALL ON FUNCTION settle_sent, settle_rows, claim, settle, extend, release, lease_as_json, lease_any_as_json FROM PUBLIC;
      SELECT set_config('search_path', current_setting('crm.search_path'), true);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP FUNCTION claim, lease_any_as_json, lease_as_json, release, extend, settle, settle_rows, settle_sent;',
    );
  }
}
