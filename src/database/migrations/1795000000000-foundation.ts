import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The tables of this service. Names are unqualified: search_path puts our schema first.
 *
 * timestamptz(3): an instant survives the way through JavaScript's milliseconds, so that it can stand in a keyset cursor.
 */
export class Foundation1795000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE segments (
        id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        name        text NOT NULL,
        description text NOT NULL DEFAULT '',
        filters     jsonb NOT NULL CHECK (jsonb_typeof(filters) = 'object'),
        is_active   boolean NOT NULL DEFAULT true,
        version     integer NOT NULL DEFAULT 1,
        created_at  timestamptz(3) NOT NULL DEFAULT now(),
        updated_at  timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE INDEX segments_newest_first ON segments (created_at DESC, id DESC);

      CREATE TABLE campaigns (
        id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        name        text NOT NULL,
        description text NOT NULL DEFAULT '',
        message     text NOT NULL CHECK (message ~ '\\S'),
        segment_ids uuid[] NOT NULL CHECK (cardinality(segment_ids) BETWEEN 1 AND 50),
        is_active   boolean NOT NULL DEFAULT true,
        version     integer NOT NULL DEFAULT 1,
        created_at  timestamptz(3) NOT NULL DEFAULT now(),
        updated_at  timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE INDEX campaigns_newest_first ON campaigns (created_at DESC, id DESC);

      -- One run of a campaign, with what it froze: the message, and the rule as [{id, version, filters}] of its segments.
      CREATE TABLE dispatches (
        id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        campaign_id      uuid NOT NULL REFERENCES campaigns,
        status           text NOT NULL CHECK (status IN ('resolving', 'writing', 'dispatched', 'paused', 'cancelled', 'failed')),
        message          text NOT NULL,
        rule             jsonb NOT NULL,
        as_of            timestamptz NOT NULL,
        matched          bigint NOT NULL DEFAULT 0,
        already_notified bigint NOT NULL DEFAULT 0,
        queued           bigint NOT NULL DEFAULT 0,
        requested_by     text NOT NULL,
        created_at       timestamptz(3) NOT NULL DEFAULT now(),
        finished_at      timestamptz(3),
        -- finished means that the rows reconcile with the audience
        CHECK (status <> 'dispatched' OR (matched = already_notified + queued AND finished_at IS NOT NULL))
      );
      CREATE UNIQUE INDEX one_active_dispatch_per_campaign ON dispatches (campaign_id)
        WHERE status IN ('resolving', 'writing', 'paused');
      CREATE INDEX dispatches_of_campaign ON dispatches (campaign_id, id DESC);

      -- A lane is a chunk of a dispatch: an unbroken range of its customers, in order, with the count of what became of them.
      -- It is what workers claim from; progress is the sum over lanes. "open" lies apart from next_user_id so that a
      -- claim, which moves next_user_id, stays a HOT update beside the partial index.
      CREATE TABLE dispatch_lanes (
        dispatch_id   bigint NOT NULL REFERENCES dispatches,
        lane_no       integer NOT NULL,
        first_user_id uuid NOT NULL,
        last_user_id  uuid NOT NULL,
        next_user_id  uuid NOT NULL,
        open          boolean NOT NULL DEFAULT true,
        total         integer NOT NULL CHECK (total > 0),
        leased        integer NOT NULL DEFAULT 0,
        sent          integer NOT NULL DEFAULT 0,
        failed        integer NOT NULL DEFAULT 0,
        cancelled     integer NOT NULL DEFAULT 0,
        created_at    timestamptz(3) NOT NULL DEFAULT now(),
        PRIMARY KEY (dispatch_id, lane_no),
        CHECK (sent >= 0 AND failed >= 0 AND cancelled >= 0 AND sent + failed + cancelled <= total)
      ) WITH (fillfactor = 40, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
      CREATE INDEX open_lanes ON dispatch_lanes (dispatch_id, lane_no) WHERE open;

      -- The ledger: one row a customer and dispatch, and that pair is its name. No message (the dispatch has it), no foreign
      -- key to users (not ours, and it made writing 3.3 times as dear), and no index on state, not even a partial one: any index
      -- that mentions state would make every settle a non-HOT update. What is queued or failed is found through the lanes.
      CREATE TABLE notifications (
        dispatch_id bigint NOT NULL,
        user_id     uuid NOT NULL,
        lane_no     integer NOT NULL,
        state       smallint NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 4),  -- 0 queued 1 waits to be retried 2 sent 3 failed 4 cancelled
        attempts    smallint NOT NULL DEFAULT 0,
        settled_at  timestamptz(3),
        updated_at  timestamptz(3),  -- when meta grew after that
        error       text,
        meta        jsonb,
        PRIMARY KEY (dispatch_id, user_id)
      ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05,
              autovacuum_analyze_scale_factor = 0.02);

      -- Random keys of this installation, shared by its replicas; 'cursor' signs paging cursors.
      CREATE TABLE secrets (
        name  text PRIMARY KEY,
        value bytea NOT NULL
      );
      INSERT INTO secrets VALUES ('cursor', sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE secrets, notifications, dispatch_lanes, dispatches, campaigns, segments');
  }
}
