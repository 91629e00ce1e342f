import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Leases, retries and what becomes of attempts. The functions that work on them are in the next migration. */
export class Delivery1796100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- A lane says by itself for whom it is: workers of one channel never look at another's. Tests go before campaigns.
      -- "withheld": not handed out, because the customer was suppressed after it was written. Reads as cancelled.
      ALTER TABLE dispatch_lanes
        ADD channel  text NOT NULL DEFAULT 'webpush',
        ADD priority smallint NOT NULL DEFAULT 1,
        ADD withheld integer NOT NULL DEFAULT 0,
        DROP leased;
      UPDATE dispatch_lanes l SET channel = d.channel, open = l.open AND l.total > l.sent + l.failed + l.cancelled
      FROM dispatches d WHERE d.id = l.dispatch_id;  -- lanes were closed by a cancellation only
      ALTER TABLE dispatch_lanes
        ALTER channel DROP DEFAULT,
        ADD CHECK (withheld >= 0 AND sent + failed + cancelled + withheld <= total);
      DROP INDEX open_lanes;
      CREATE INDEX open_lanes ON dispatch_lanes (channel, priority, dispatch_id, lane_no) WHERE open;

      -- Whoever fills in no placeholders is not handed these.
      ALTER TABLE dispatches ADD has_placeholders boolean NOT NULL
        GENERATED ALWAYS AS (position('{{' IN message) > 0 OR position('{{' IN coalesce(title, '')) > 0) STORED;

      -- A lease is a range of a lane (dispatch_id is set), or some of notification_retries, which then carry its token. It is
      -- under way until ended_at; a row stays as the record of who had what, when. A range without a worker was given back, or is
      -- what was left of a lost one: whoever claims next gets it. No foreign keys: a key lock on the dispatch would meet its cancellation.
      CREATE TABLE notification_leases (
        lease_token   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        channel       text NOT NULL,
        dispatch_id   bigint,
        lane_no       integer,
        first_user_id uuid,
        last_user_id  uuid,
        open          integer NOT NULL,            -- handed out and not settled with this token yet
        reclaims      smallint NOT NULL DEFAULT 0, -- how often the range was lost before
        worker        text,
        claimed_at    timestamptz(3) NOT NULL,
        lease_until   timestamptz(3) NOT NULL,
        ended_at      timestamptz(3),
        outcome       text CHECK (outcome IN ('settled', 'lost', 'released')),
        CHECK ((ended_at IS NULL) = (outcome IS NULL))
      ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);
      CREATE INDEX running_leases ON notification_leases (channel, lease_until) WHERE ended_at IS NULL;
      CREATE INDEX running_leases_of_a_lane ON notification_leases (dispatch_id, lane_no) WHERE ended_at IS NULL;
      CREATE INDEX leases_of_a_lane ON notification_leases (dispatch_id, lane_no);

      -- What did not go the common way, each with its own time: it failed and is to be tried again, or it was lost so often that it is
      -- handed out alone. With a token it is in somebody's hands.
      CREATE TABLE notification_retries (
        dispatch_id bigint NOT NULL,
        user_id     uuid NOT NULL,
        channel     text NOT NULL,
        lane_no     integer NOT NULL,
        due_at      timestamptz NOT NULL,  -- not rounded: what is due at once is found by the claim that put it here
        failures    smallint NOT NULL DEFAULT 0,
        reclaims    smallint NOT NULL DEFAULT 0,
        tried       smallint NOT NULL DEFAULT 0,   -- attempts of before it was redriven
        alone       boolean NOT NULL DEFAULT false,
        lease_token uuid,
        PRIMARY KEY (dispatch_id, user_id)
      ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
      CREATE INDEX retries_due ON notification_retries (channel, alone, due_at) WHERE lease_token IS NULL;
      CREATE INDEX retries_of_a_lease ON notification_retries (lease_token) WHERE lease_token IS NOT NULL;

      -- Attempts that a lease of a range does not tell of: failures, and whatever became of a retry.
      CREATE TABLE notification_attempts (
        dispatch_id bigint NOT NULL,
        user_id     uuid NOT NULL,
        ended_at    timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        attempt     smallint NOT NULL,
        outcome     text NOT NULL CHECK (outcome IN ('sent', 'failed', 'retry', 'lost', 'redriven')),
        error       text,
        lease_token uuid,                          -- NULL: settled by name, or by an admin; "worker" says by whom
        worker      text,
        retry_at    timestamptz(3)
      );
      CREATE INDEX attempts_of_a_notification ON notification_attempts (dispatch_id, user_id, ended_at);

      -- What a settle call was answered, so that the same call again is answered the same.
      CREATE TABLE settle_receipts (
        lease_token uuid NOT NULL,
        fingerprint bytea NOT NULL,
        answer      jsonb NOT NULL,
        created_at  timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (lease_token, fingerprint)
      );
      CREATE INDEX settle_receipts_by_age ON settle_receipts (created_at);

      -- Who had what was given up tried again.
      CREATE TABLE dispatch_redrives (
        id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        dispatch_id  bigint NOT NULL,
        error        text,
        redriven     integer NOT NULL,
        requested_by text NOT NULL,
        created_at   timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE INDEX redrives_of_a_dispatch ON dispatch_redrives (dispatch_id, id);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- what is in hands or waits is queued again, from the beginning of its lane; withheld ones failed: "cancelled" would take their neighbours along
      UPDATE notifications n SET state = 0 FROM notification_retries r WHERE n.dispatch_id = r.dispatch_id AND n.user_id = r.user_id AND n.state = 1;
      UPDATE notifications n SET state = 3 FROM dispatch_lanes l
      WHERE l.withheld > 0 AND n.dispatch_id = l.dispatch_id AND n.lane_no = l.lane_no AND n.state = 4;
      DROP TABLE dispatch_redrives, settle_receipts, notification_attempts, notification_retries, notification_leases;
      UPDATE dispatch_lanes SET failed = failed + withheld, withheld = 0, next_user_id = first_user_id,
        open = cancelled = 0 AND total > sent + failed + withheld;
      ALTER TABLE dispatches DROP has_placeholders;
      ALTER TABLE dispatch_lanes DROP channel, DROP priority, DROP withheld, ADD leased integer NOT NULL DEFAULT 0;
      CREATE INDEX open_lanes ON dispatch_lanes (dispatch_id, lane_no) WHERE open;`);
  }
}
