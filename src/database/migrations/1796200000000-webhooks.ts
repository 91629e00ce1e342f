import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who wants to be told of what, what there was to tell, and what became of telling it. */
export class Webhooks1796200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- pg_temp last: nobody's temporary table stands in for one of ours in a function that has our rights
      SELECT set_config('crm.search_path', current_setting('search_path'), true),
             set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

      CREATE TABLE webhooks (
        id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        url             text NOT NULL,
        description     text NOT NULL DEFAULT '',
        events          text[] NOT NULL CHECK (cardinality(events) > 0),
        is_active       boolean NOT NULL DEFAULT true,
        disabled_reason text,            -- why the service switched it off; NULL where a person did
        failing_since   timestamptz(3),  -- the first failure after which nothing has succeeded
        version         integer NOT NULL DEFAULT 1,
        created_at      timestamptz(3) NOT NULL DEFAULT now(),
        updated_at      timestamptz(3) NOT NULL DEFAULT now(),
        CHECK (disabled_reason IS NULL OR NOT is_active)
      );
      CREATE INDEX webhooks_newest_first ON webhooks (created_at DESC, id DESC);

      -- Readable, since they sign. In a table of their own, so that nothing that shows a webhook has them at hand.
      CREATE TABLE webhook_secrets (
        webhook_id uuid NOT NULL REFERENCES webhooks ON DELETE CASCADE,
        secret     text NOT NULL CHECK (secret LIKE 'whsec\\_%'),
        expires_at timestamptz(3),  -- of one that was replaced: it signs until then
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX secrets_of_a_webhook ON webhook_secrets (webhook_id);
      CREATE UNIQUE INDEX one_current_secret ON webhook_secrets (webhook_id) WHERE expires_at IS NULL;

      -- Something that happened, and that somebody wants to be told of. The id is the webhook-id of every attempt.
      CREATE TABLE webhook_events (
        id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        type        text NOT NULL,
        data        jsonb NOT NULL,
        occurred_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX webhook_events_oldest_first ON webhook_events (occurred_at);

      -- One for each webhook that wanted the event. With a lease it is in a process's hands; a lease that ran out is nobody's. No foreign
      -- key to webhooks: whoever announces would lock a row that all who announce share. Those of a removed one go with their event.
      CREATE TABLE webhook_deliveries (
        id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        webhook_id      uuid NOT NULL,
        event_id        uuid NOT NULL REFERENCES webhook_events ON DELETE CASCADE,
        status          text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'failed')),
        attempts        smallint NOT NULL DEFAULT 0,
        due_at          timestamptz(3) NOT NULL DEFAULT now(),
        lease           uuid,
        leased_until    timestamptz(3),
        last_attempt_at timestamptz(3),
        http_status     smallint,  -- of the last attempt; NULL where there was no answer
        error           text,      -- of the last attempt
        UNIQUE (event_id, webhook_id)
      );
      CREATE INDEX deliveries_of_a_webhook ON webhook_deliveries (webhook_id, id DESC);
      CREATE INDEX deliveries_due ON webhook_deliveries (webhook_id, due_at) WHERE status = 'pending';
      CREATE INDEX deliveries_on_their_way ON webhook_deliveries (webhook_id) WHERE lease IS NOT NULL;

      -- Records an event in the transaction of its fact: it is told of when that is committed, and never when it is undone. One look at
      -- webhooks, and nothing else, where nobody wants it.
      CREATE FUNCTION announce(event text, data jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
      DECLARE
        wanting uuid[] := ARRAY(SELECT w.id FROM webhooks w WHERE w.is_active AND announce.event = ANY (w.events));
        made uuid;
      BEGIN
        IF cardinality(wanting) = 0 THEN RETURN; END IF;
        INSERT INTO webhook_events (type, data) VALUES (announce.event, announce.data) RETURNING id INTO made;
        INSERT INTO webhook_deliveries (webhook_id, event_id) SELECT id, made FROM unnest(wanting) AS id;
      END $$;
      REVOKE ALL ON FUNCTION announce FROM PUBLIC;

      -- When the end of a dispatch was announced. What ended before is not news.
      ALTER TABLE dispatches ADD announced_at timestamptz(3);
      UPDATE dispatches d SET announced_at = now() WHERE status IN ('dispatched', 'cancelled') AND NOT EXISTS (
        SELECT FROM dispatch_lanes l WHERE l.dispatch_id = d.id AND l.total > l.sent + l.failed + l.cancelled + l.withheld);
      CREATE INDEX dispatches_to_announce ON dispatches (id)
        WHERE announced_at IS NULL AND status IN ('dispatched', 'cancelled') AND kind <> 'dry_run';

      SELECT set_config('search_path', current_setting('crm.search_path'), true);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE dispatches DROP announced_at;
      DROP FUNCTION announce;
      DROP TABLE webhook_deliveries, webhook_events, webhook_secrets, webhooks;`);
  }
}
