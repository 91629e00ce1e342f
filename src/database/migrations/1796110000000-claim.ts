import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How notifications are handed out. docs/workers.md is the contract, docs/adr/0011-lane-leases.md says why it is shaped so. */
export class Claim1796110000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- who calls a function of its owner's rights must not be able to put a table of his own before ours
      SELECT set_config('crm.search_path', current_setting('search_path'), true),
             set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

      -- Whoever waits for notifications of this channel, or of whichever, looks now. One name for each installation, whichever databases share a server.
      CREATE FUNCTION wake_workers(of_channel text DEFAULT '') RETURNS void LANGUAGE sql AS $$
        SELECT pg_notify(left(current_schema(), 48) || '_notifications', of_channel) -- a name has 63 bytes at most
      $$;

      -- Whether a dispatch's notifications may be handed out now, to one who fills in placeholders or does not.
      CREATE FUNCTION is_claimable(status text, not_after timestamptz, has_placeholders boolean, moment timestamptz, fills_in boolean)
      RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
        SELECT status IN ('writing', 'dispatched') AND (not_after IS NULL OR not_after > moment) AND (fills_in OR NOT has_placeholders)
      $$;

      -- Leases what is still queued of a range, at most so many. "rest" is where what is left of it begins, or NULL.
      -- Whoever is suppressed by now is withheld instead; a row that somebody settles at this moment is skipped, and stays open in the lease.
      CREATE FUNCTION lease_range(of_channel text, of_dispatch bigint, of_lane integer, from_user uuid, to_user uuid, at_most integer,
        lost_before integer, to_worker text, until timestamptz, OUT token uuid, OUT users uuid[], OUT rest uuid)
      LANGUAGE plpgsql AS $$
      DECLARE
        suppressed uuid[];
        wide integer;
        gone integer := 0;
      BEGIN
        -- one walk along the primary key, 500 rows in 0.2 ms; to ask for each row whether its customer is suppressed tripled that, so the range is asked first
        users := ARRAY(
          SELECT n.user_id FROM notifications n
          WHERE n.dispatch_id = of_dispatch AND n.user_id BETWEEN from_user AND to_user AND n.lane_no = of_lane AND n.state = 0
          ORDER BY n.user_id LIMIT at_most + 1
        );
        IF EXISTS (SELECT FROM suppressions s WHERE s.user_id BETWEEN users[1] AND users[cardinality(users)] AND s.channel IN ('', of_channel)
                     AND (s.expires_at IS NULL OR s.expires_at > clock_timestamp())) THEN
          wide := greatest(at_most, 500); -- whoever asks for one must not pass thousands of suppressed ones singly
          users := ARRAY(
            SELECT n.user_id FROM notifications n
            WHERE n.dispatch_id = of_dispatch AND n.user_id BETWEEN from_user AND to_user AND n.lane_no = of_lane AND n.state = 0
            ORDER BY n.user_id LIMIT wide + 1
          );
          rest := users[wide + 1];
          SELECT array_agg(u ORDER BY u) FILTER (WHERE s.user_id IS NULL), array_agg(u ORDER BY u) FILTER (WHERE s.user_id IS NOT NULL) INTO users, suppressed
          FROM unnest(users[1:wide]) u LEFT JOIN (
            SELECT DISTINCT s.user_id FROM suppressions s WHERE s.user_id BETWEEN users[1] AND users[cardinality(users)] AND s.channel IN ('', of_channel)
              AND (s.expires_at IS NULL OR s.expires_at > clock_timestamp())
          ) s ON s.user_id = u;
        END IF;
        IF cardinality(users) > at_most THEN
          rest := users[at_most + 1];
          users := users[1:at_most];
          suppressed := nullif(ARRAY(SELECT u FROM unnest(suppressed) u WHERE u < rest ORDER BY u), '{}');
        END IF;
        users := nullif(users, '{}');
        IF suppressed IS NOT NULL THEN
          WITH free AS (
            SELECT n.user_id FROM notifications n
            WHERE n.dispatch_id = of_dispatch AND n.user_id = ANY (suppressed) AND n.state = 0 FOR UPDATE SKIP LOCKED
          ), held AS (
            UPDATE notifications n SET state = 4, settled_at = clock_timestamp(), error = 'suppressed'
            FROM free WHERE n.dispatch_id = of_dispatch AND n.user_id = free.user_id RETURNING 1
          ) SELECT count(*) INTO gone FROM held;
          UPDATE dispatch_lanes l SET withheld = l.withheld + gone, cancelled = greatest(l.cancelled - gone, 0)
          WHERE l.dispatch_id = of_dispatch AND l.lane_no = of_lane;
        END IF;
        IF cardinality(users) > 0 OR cardinality(suppressed) > gone THEN
          INSERT INTO notification_leases (channel, dispatch_id, lane_no, first_user_id, last_user_id, open, reclaims, worker, claimed_at, lease_until)
          SELECT of_channel, of_dispatch, of_lane, taken[1], taken[cardinality(taken)], cardinality(taken) - gone, lost_before, to_worker, clock_timestamp(), until
          FROM (SELECT CASE WHEN suppressed IS NULL THEN users ELSE ARRAY(SELECT u FROM unnest(users || suppressed) u ORDER BY u) END) leased (taken)
          RETURNING lease_token INTO token;
        END IF;
      END $$;

      -- Leases retries that are due: many, or one of those that are handed out alone.
      CREATE FUNCTION lease_retries(of_channel text, singly boolean, at_most integer, to_worker text, fills_in boolean, until timestamptz,
        OUT token uuid, OUT dispatches bigint[], OUT users uuid[], OUT attempts integer[])
      LANGUAGE plpgsql AS $$
      DECLARE
        moment timestamptz := clock_timestamp();
        held record;
        passed boolean;
        due_dispatches bigint[];
        due_users uuid[];
      BEGIN
        LOOP -- those of which all are withheld are passed
        SELECT array_agg(due.dispatch_id), array_agg(due.user_id) INTO due_dispatches, due_users FROM (
          SELECT r.dispatch_id, r.user_id FROM notification_retries r JOIN dispatches d ON d.id = r.dispatch_id
          WHERE r.channel = of_channel AND r.alone = singly AND r.lease_token IS NULL AND r.due_at <= moment
            AND is_claimable(d.status, d.not_after, d.has_placeholders, moment, fills_in)
          ORDER BY r.due_at LIMIT CASE WHEN singly THEN 1 ELSE at_most END FOR UPDATE OF r SKIP LOCKED
        ) due;
        IF due_users IS NULL THEN RETURN; END IF;
        passed := false;
        FOR held IN
          SELECT n.dispatch_id, n.user_id, n.lane_no FROM unnest(due_dispatches, due_users) AS due (dispatch_id, user_id)
          JOIN notifications n ON n.dispatch_id = due.dispatch_id AND n.user_id = due.user_id
          WHERE n.state = 1 AND EXISTS (SELECT FROM suppressions s WHERE s.user_id = due.user_id AND s.channel IN ('', of_channel)
                          AND (s.expires_at IS NULL OR s.expires_at > moment))
          ORDER BY n.dispatch_id, n.lane_no FOR UPDATE OF n SKIP LOCKED
        LOOP
          UPDATE notifications n SET state = 4, settled_at = moment, error = 'suppressed'
          WHERE n.dispatch_id = held.dispatch_id AND n.user_id = held.user_id;
          DELETE FROM notification_retries r WHERE r.dispatch_id = held.dispatch_id AND r.user_id = held.user_id;
          UPDATE dispatch_lanes l SET withheld = l.withheld + 1, cancelled = greatest(l.cancelled - 1, 0)
          WHERE l.dispatch_id = held.dispatch_id AND l.lane_no = held.lane_no;
          passed := true;
        END LOOP;
        token := gen_random_uuid();
        WITH taken AS (
          UPDATE notification_retries r SET lease_token = token
          FROM unnest(due_dispatches, due_users) AS due (dispatch_id, user_id)
          WHERE r.dispatch_id = due.dispatch_id AND r.user_id = due.user_id
            AND NOT EXISTS (SELECT FROM suppressions s WHERE s.user_id = due.user_id AND s.channel IN ('', of_channel)
                              AND (s.expires_at IS NULL OR s.expires_at > moment))
          RETURNING r.dispatch_id, r.user_id, r.tried + r.failures + r.reclaims + 1 AS attempt
        )
        SELECT array_agg(t.dispatch_id ORDER BY t.dispatch_id, t.user_id), array_agg(t.user_id ORDER BY t.dispatch_id, t.user_id),
               array_agg(t.attempt ORDER BY t.dispatch_id, t.user_id)
        INTO dispatches, users, attempts FROM taken t;
        EXIT WHEN users IS NOT NULL;
        token := NULL;
        EXIT WHEN NOT passed; -- somebody is at them at this moment
        END LOOP;
        IF token IS NULL THEN RETURN; END IF;
        INSERT INTO notification_leases (lease_token, channel, open, worker, claimed_at, lease_until)
        VALUES (token, of_channel, cardinality(users), to_worker, moment, until);
      END $$;

      -- Ends a lease that ran out. A range stays one, for the next to claim; lost three times, its notifications go their own ways,
      -- alone, so that the one that kills its workers takes no others with it. After ten losses a notification is given up.
      CREATE FUNCTION lose_lease(lost notification_leases) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
      DECLARE
        times integer := lost.reclaims + CASE WHEN lost.worker IS NULL THEN 0 ELSE 1 END;
        dead record;
      BEGIN
        UPDATE notification_leases l SET ended_at = clock_timestamp(), outcome = 'lost' WHERE l.lease_token = lost.lease_token;
        IF lost.dispatch_id IS NOT NULL AND times < 3 THEN
          INSERT INTO notification_leases (channel, dispatch_id, lane_no, first_user_id, last_user_id, open, reclaims, claimed_at, lease_until)
          VALUES (lost.channel, lost.dispatch_id, lost.lane_no, lost.first_user_id, lost.last_user_id, 0, times, clock_timestamp(), '-infinity');
        ELSIF lost.dispatch_id IS NOT NULL THEN
          WITH parted AS (
            UPDATE notifications n SET state = 1
            WHERE n.dispatch_id = lost.dispatch_id AND n.user_id BETWEEN lost.first_user_id AND lost.last_user_id
              AND n.lane_no = lost.lane_no AND n.state = 0
            RETURNING n.dispatch_id, n.user_id, n.lane_no
          )
          INSERT INTO notification_retries (dispatch_id, user_id, channel, lane_no, due_at, reclaims, alone)
          SELECT p.dispatch_id, p.user_id, lost.channel, p.lane_no, clock_timestamp(), times, true FROM parted p;
        ELSE
          WITH given_up AS (
            DELETE FROM notification_retries r WHERE r.lease_token = lost.lease_token AND r.reclaims >= 9
            RETURNING r.dispatch_id, r.user_id
          ), again AS (
            UPDATE notification_retries r SET lease_token = NULL, reclaims = r.reclaims + 1, alone = r.reclaims + 1 >= 3,
              due_at = clock_timestamp() + make_interval(secs => random() * least(30, 2 ^ r.reclaims))
            WHERE r.lease_token = lost.lease_token AND r.reclaims < 9
            RETURNING r.dispatch_id, r.user_id, r.tried + r.failures + r.reclaims AS attempt
          ), logged AS (
            INSERT INTO notification_attempts (dispatch_id, user_id, attempt, outcome, lease_token)
            SELECT a.dispatch_id, a.user_id, a.attempt, 'lost', lost.lease_token FROM again a
          )
          SELECT array_agg(g.dispatch_id ORDER BY g.dispatch_id, g.user_id) AS dispatches, array_agg(g.user_id ORDER BY g.dispatch_id, g.user_id) AS users
          INTO dead FROM given_up g;
          IF dead.users IS NOT NULL THEN
            PERFORM settle_rows(NULL, '{}', ARRAY(SELECT d || ':' || u FROM unnest(dead.dispatches, dead.users) AS dead (d, u)),
              array_fill('lost 10 times: the workers that took it never settled it'::text, ARRAY[cardinality(dead.users)]),
              array_fill(false, ARRAY[cardinality(dead.users)]), '{}', '{}', NULL);
          END IF;
        END IF;
      END $$;

      -- One lease of one channel: due retries first, then what was lost, then what is new. Of a range, which has one dispatch and one
      -- attempt, "dispatches" and "attempts" have one element for all "users"; of retries one for each.
      CREATE FUNCTION lease_channel(of_channel text, at_most integer, to_worker text, fills_in boolean, seconds integer, patient boolean,
        OUT token uuid, OUT until timestamptz, OUT dispatches bigint[], OUT users uuid[], OUT attempts integer[])
      LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
      DECLARE
        moment timestamptz := clock_timestamp();
        enough timestamptz := moment + interval '1 s'; -- for one claim: what is passed by then stays passed, and the next goes on there
        lost notification_leases;
        lane record;
        part record;
        alone_first boolean := random() < 0.5;
      BEGIN
        until := date_trunc('milliseconds', moment) + make_interval(secs => seconds);
        -- what is handed out alone comes first or last, so that neither it nor the rest waits for the other's end
        FOR i IN 0..1 LOOP
          CONTINUE WHEN i = 0 AND NOT alone_first;
          SELECT r.* INTO part FROM lease_retries(of_channel, i = 0, at_most, to_worker, fills_in, until) r;
          token := part.token; dispatches := part.dispatches; users := part.users; attempts := part.attempts;
          IF token IS NOT NULL THEN RETURN; END IF;
        END LOOP;

        LOOP -- ranges of which nothing is left are passed
          SELECT l.* INTO lost FROM notification_leases l LEFT JOIN dispatches d ON d.id = l.dispatch_id
          WHERE l.channel = of_channel AND l.ended_at IS NULL AND l.lease_until <= moment
            AND (l.dispatch_id IS NULL OR is_claimable(d.status, d.not_after, d.has_placeholders, moment, fills_in))
          ORDER BY l.lease_until LIMIT 1 FOR UPDATE OF l SKIP LOCKED;
          EXIT WHEN NOT FOUND;
          IF lost.worker IS NOT NULL THEN
            PERFORM lose_lease(lost); -- what is free again is found in the next round
            SELECT r.* INTO part FROM lease_retries(of_channel, true, at_most, to_worker, fills_in, until) r;
            token := part.token; dispatches := part.dispatches; users := part.users; attempts := part.attempts;
            IF token IS NOT NULL THEN RETURN; END IF;
            EXIT WHEN clock_timestamp() > enough;
            CONTINUE;
          END IF;
          SELECT r.* INTO part FROM lease_range(of_channel, lost.dispatch_id, lost.lane_no, lost.first_user_id, lost.last_user_id,
            at_most, lost.reclaims, to_worker, until) r;
          IF part.rest IS NULL THEN
            DELETE FROM notification_leases l WHERE l.lease_token = lost.lease_token;
          ELSE
            UPDATE notification_leases l SET first_user_id = part.rest WHERE l.lease_token = lost.lease_token;
          END IF;
          IF part.users IS NOT NULL THEN
            token := part.token; users := part.users;
            dispatches := ARRAY[lost.dispatch_id];
            attempts := ARRAY[lost.reclaims + 1];
            RETURN;
          END IF;
          EXIT WHEN clock_timestamp() > enough;
        END LOOP;

        LOOP -- and those of which all are withheld
          IF patient THEN
            SELECT l.dispatch_id, l.lane_no, l.next_user_id, l.last_user_id INTO lane
            FROM dispatch_lanes l JOIN dispatches d ON d.id = l.dispatch_id
            WHERE l.open AND l.channel = of_channel AND is_claimable(d.status, d.not_after, d.has_placeholders, moment, fills_in)
            ORDER BY l.priority, l.dispatch_id, l.lane_no LIMIT 1 FOR UPDATE OF l;
          ELSE
            SELECT l.dispatch_id, l.lane_no, l.next_user_id, l.last_user_id INTO lane
            FROM dispatch_lanes l JOIN dispatches d ON d.id = l.dispatch_id
            WHERE l.open AND l.channel = of_channel AND is_claimable(d.status, d.not_after, d.has_placeholders, moment, fills_in)
            ORDER BY l.priority, l.dispatch_id, l.lane_no LIMIT 1 FOR UPDATE OF l SKIP LOCKED;
          END IF;
          EXIT WHEN NOT FOUND;
          SELECT r.* INTO part FROM lease_range(of_channel, lane.dispatch_id, lane.lane_no, lane.next_user_id, lane.last_user_id, at_most, 0, to_worker, until) r;
          UPDATE dispatch_lanes l SET next_user_id = coalesce(part.rest, l.next_user_id), open = part.rest IS NOT NULL
          WHERE l.dispatch_id = lane.dispatch_id AND l.lane_no = lane.lane_no;
          IF part.users IS NOT NULL THEN
            token := part.token; users := part.users;
            dispatches := ARRAY[lane.dispatch_id];
            attempts := ARRAY[1];
            RETURN;
          END IF;
          EXIT WHEN clock_timestamp() > enough;
        END LOOP;
        IF NOT alone_first THEN
          SELECT r.* INTO part FROM lease_retries(of_channel, true, at_most, to_worker, fills_in, until) r;
          token := part.token; dispatches := part.dispatches; users := part.users; attempts := part.attempts;
        END IF;
      END $$;

      -- One lease, of one channel or of whichever has something.
      CREATE FUNCTION lease_any(max_rows integer, lease_seconds integer, only_channel text, worker text, fills_in boolean,
        OUT token uuid, OUT until timestamptz, OUT dispatches bigint[], OUT users uuid[], OUT attempts integer[])
      LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan AS $$
      DECLARE
        every text[] := ARRAY['email', 'sms', 'webpush', 'android', 'ios', 'webhook'];
        channels text[] := CASE WHEN only_channel IS NULL THEN every ELSE ARRAY[only_channel] END;
        start integer := floor(random() * cardinality(channels));
        one text;
      BEGIN
        IF max_rows NOT BETWEEN 1 AND 1000 OR lease_seconds NOT BETWEEN 5 AND 600 OR max_rows IS NULL OR lease_seconds IS NULL THEN
          RAISE invalid_parameter_value USING MESSAGE = 'max_rows must be 1 to 1000, lease_seconds 5 to 600';
        ELSIF only_channel <> ALL (every) THEN
          RAISE invalid_parameter_value USING MESSAGE = 'only_channel must be one of ' || array_to_string(every, ', ');
        END IF;
        -- a lane that another holds is passed by; where there is no other, it is waited for, so that an empty answer means that nothing is there
        FOR i IN 0..cardinality(channels) - 1 LOOP
          SELECT l.* INTO token, until, dispatches, users, attempts
          FROM lease_channel(channels[(start + i) % cardinality(channels) + 1], max_rows, coalesce(left(worker, 100), 'sql'), fills_in, lease_seconds, false) l;
          IF token IS NOT NULL THEN RETURN; END IF;
        END LOOP;
        FOREACH one IN ARRAY channels LOOP
          CONTINUE WHEN NOT EXISTS (SELECT FROM dispatch_lanes l JOIN dispatches d ON d.id = l.dispatch_id
            WHERE l.open AND l.channel = one AND is_claimable(d.status, d.not_after, d.has_placeholders, clock_timestamp(), fills_in));
          BEGIN
            SELECT l.* INTO token, until, dispatches, users, attempts
            FROM lease_channel(one, max_rows, coalesce(left(worker, 100), 'sql'), fills_in, lease_seconds, true) l;
          EXCEPTION WHEN lock_not_available OR deadlock_detected THEN NULL; -- somebody claims in a transaction that he does not end
          END;
          IF token IS NOT NULL THEN RETURN; END IF;
        END LOOP;
        until := NULL;
      END $$;
      -- a function of ours that anybody may call would be compiled with his search_path: with a table of his in the place of ours
      REVOKE ALL ON FUNCTION wake_workers, is_claimable, lease_range, lease_retries, lose_lease, lease_channel, lease_any FROM PUBLIC;
      SELECT set_config('search_path', current_setting('crm.search_path'), true);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION lease_any, lease_channel, lose_lease, lease_retries, lease_range, is_claimable, wake_workers;`);
  }
}
