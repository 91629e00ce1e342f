import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a campaign may say of its audience, a dispatch as a thing of its own, suppressions, schedules and idempotency keys. */
export class Campaigns1795600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE campaigns
        ADD excluded_segment_ids uuid[] NOT NULL DEFAULT '{}' CHECK (cardinality(excluded_segment_ids) <= 50),
        ADD channel              text NOT NULL DEFAULT 'webpush',
        ADD title                text,
        ADD frequency_cap        jsonb,
        ADD holdout_percent      double precision NOT NULL DEFAULT 0 CHECK (holdout_percent BETWEEN 0 AND 99),
        ADD once_per_customer    boolean NOT NULL DEFAULT true,
        ADD not_after            timestamptz(3);

      -- Everything a run needs is frozen in its row. "rule" marks excluded segments; "settings" has the campaign's rules of delivery.
      -- A campaign's run targets its audience, a test a few customers by name, and a dry run nobody: it ends with its audience resolved.
      ALTER TABLE dispatches
        ADD kind             text NOT NULL DEFAULT 'campaign' CHECK (kind IN ('campaign', 'test', 'dry_run')),
        ADD title            text,
        ADD channel          text NOT NULL DEFAULT 'webpush',
        ADD settings         jsonb NOT NULL DEFAULT '{}',
        ADD not_after        timestamptz(3),
        ADD excluded         bigint NOT NULL DEFAULT 0,
        ADD suppressed       bigint NOT NULL DEFAULT 0,
        ADD frequency_capped bigint NOT NULL DEFAULT 0,
        ADD holdout          bigint NOT NULL DEFAULT 0,
        ADD chunks           integer,            -- of the audience; NULL until it is resolved
        ADD next_chunk       integer NOT NULL DEFAULT 0,
        ADD preview          jsonb,              -- what a dry run counted beside the reasons
        ADD failure          text,               -- the name of the problem that ended it
        ADD failure_detail   text,
        ADD resolved_at      timestamptz(3),
        DROP CONSTRAINT dispatches_status_check,
        ADD CONSTRAINT dispatches_status_check
          CHECK (status IN ('resolving', 'writing', 'dispatched', 'paused', 'cancelled', 'failed', 'previewed')),
        DROP CONSTRAINT dispatches_check,
        -- finished means that the rows reconcile with the audience: everyone matched is targeted or has one reason
        ADD CONSTRAINT dispatches_check CHECK (status <> 'dispatched' OR (finished_at IS NOT NULL AND next_chunk = chunks
          AND matched = excluded + suppressed + already_notified + frequency_capped + holdout + queued));
      DROP INDEX one_active_dispatch_per_campaign;
      -- one that is paused when all of it is written is not active: any number of them can be held back
      CREATE UNIQUE INDEX one_active_dispatch_per_campaign ON dispatches (campaign_id)
        WHERE kind = 'campaign' AND (status IN ('resolving', 'writing') OR (status = 'paused' AND finished_at IS NULL));
      CREATE INDEX dispatches_to_work_on ON dispatches (id) WHERE status IN ('resolving', 'writing');
      UPDATE dispatches SET chunks = 0 WHERE status = 'dispatched';  -- of before: they have no audience to look at

      -- The frozen audience, 5,000 customers a row, in order, each with the reason why it is left out (0: it is not). Arrays, because
      -- a row a customer costs six times the bytes and the WAL; written before the first notification, and the record of it afterwards.
      CREATE TABLE dispatch_audience (
        dispatch_id   bigint NOT NULL REFERENCES dispatches ON DELETE CASCADE,
        chunk_no      integer NOT NULL,
        first_user_id uuid NOT NULL,
        last_user_id  uuid NOT NULL,
        user_ids      uuid[] NOT NULL,
        reasons       smallint[] NOT NULL,
        targeted      integer NOT NULL,          -- how many reasons are 0: a chunk without any is passed over
        PRIMARY KEY (dispatch_id, chunk_no),
        CHECK (cardinality(user_ids) = cardinality(reasons))
      );
      ALTER TABLE dispatch_audience ALTER user_ids SET STORAGE EXTERNAL;  -- random bytes do not compress

      -- Who must not be messaged: in every channel ('') or in one. user_id refers to nothing: a customer may come back.
      CREATE TABLE suppressions (
        user_id    uuid NOT NULL,
        channel    text NOT NULL DEFAULT '',
        reason     text NOT NULL,
        source     text NOT NULL DEFAULT '',
        expires_at timestamptz(3),
        created_by text NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        PRIMARY KEY (user_id, channel)
      );
      CREATE INDEX suppressions_newest_first ON suppressions (created_at DESC, user_id DESC, channel DESC);

      -- One plan a campaign: a local time in a zone, once or by an RFC 5545 rule. next_at is the occurrence to fire next.
      CREATE TABLE campaign_schedules (
        campaign_id          uuid PRIMARY KEY REFERENCES campaigns,
        local_time           text NOT NULL,
        time_zone            text NOT NULL,
        recurrence           text,
        max_lateness_minutes integer NOT NULL,
        next_at              timestamptz(3),
        version              integer NOT NULL DEFAULT 1,
        created_by           text NOT NULL,
        created_at           timestamptz(3) NOT NULL DEFAULT now(),
        updated_at           timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE INDEX campaign_schedules_due ON campaign_schedules (next_at) WHERE next_at IS NOT NULL;
      -- What became of every occurrence that was due: written in the transaction that starts its dispatch, so never twice.
      CREATE TABLE schedule_occurrences (
        campaign_id uuid NOT NULL REFERENCES campaigns,
        due_at      timestamptz(3) NOT NULL,
        outcome     text NOT NULL CHECK (outcome IN ('dispatched', 'missed', 'refused')),
        dispatch_id bigint REFERENCES dispatches,
        detail      text NOT NULL DEFAULT '',
        created_at  timestamptz(3) NOT NULL DEFAULT now(),
        PRIMARY KEY (campaign_id, due_at)
      );

      -- A key, the fingerprint of its request, and the answer: committed with the effect. "effect" without an answer: it happened, and
      -- whoever repeats the request is told of it.
      CREATE TABLE idempotency_keys (
        principal   text NOT NULL,
        method      text NOT NULL,
        route       text NOT NULL,
        key         text NOT NULL,
        fingerprint bytea NOT NULL,
        effect      jsonb,
        status      smallint,
        headers     jsonb,
        body        text,
        created_at  timestamptz(3) NOT NULL DEFAULT now(),
        PRIMARY KEY (principal, method, route, key),
        CHECK (status IS NOT NULL OR effect IS NOT NULL)
      );
      CREATE INDEX idempotency_keys_oldest_first ON idempotency_keys (created_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE idempotency_keys, schedule_occurrences, campaign_schedules, suppressions, dispatch_audience;
      DROP INDEX one_active_dispatch_per_campaign, dispatches_to_work_on;
      -- what was held back must not go out by going back, and no run may stay that nothing will work on
      UPDATE dispatch_lanes SET open = false, cancelled = total - sent - failed
        WHERE open AND dispatch_id IN (SELECT id FROM dispatches WHERE status IN ('resolving', 'writing', 'paused'));
      UPDATE dispatches SET status = 'cancelled', finished_at = coalesce(finished_at, now())
        WHERE status IN ('resolving', 'writing', 'paused');
      UPDATE notifications n SET state = 4 FROM dispatch_lanes l
        WHERE l.dispatch_id = n.dispatch_id AND l.lane_no = n.lane_no AND l.cancelled > 0 AND n.state IN (0, 1);
      DELETE FROM dispatch_lanes WHERE dispatch_id IN (SELECT id FROM dispatches WHERE kind <> 'campaign');
      DELETE FROM notifications WHERE dispatch_id IN (SELECT id FROM dispatches WHERE kind <> 'campaign');
      DELETE FROM dispatches WHERE kind <> 'campaign';
      UPDATE dispatches SET status = 'dispatched' WHERE status = 'paused' AND finished_at IS NOT NULL;
      ALTER TABLE dispatches
        DROP CONSTRAINT dispatches_check, DROP CONSTRAINT dispatches_status_check;
      -- the figures of before know one reason
      UPDATE dispatches SET already_notified = matched - queued;
      ALTER TABLE dispatches
        DROP kind, DROP title, DROP channel, DROP settings, DROP not_after, DROP excluded, DROP suppressed, DROP frequency_capped,
        DROP holdout, DROP chunks, DROP next_chunk, DROP preview, DROP failure, DROP failure_detail, DROP resolved_at,
        ADD CONSTRAINT dispatches_status_check
          CHECK (status IN ('resolving', 'writing', 'dispatched', 'paused', 'cancelled', 'failed')),
        ADD CONSTRAINT dispatches_check
          CHECK (status <> 'dispatched' OR (matched = already_notified + queued AND finished_at IS NOT NULL));
      CREATE UNIQUE INDEX one_active_dispatch_per_campaign ON dispatches (campaign_id)
        WHERE status IN ('resolving', 'writing', 'paused');
      ALTER TABLE campaigns
        DROP excluded_segment_ids, DROP channel, DROP title, DROP frequency_cap, DROP holdout_percent, DROP once_per_customer,
        DROP not_after;
    `);
  }
}
