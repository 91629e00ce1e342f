import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who changed what, and who was refused: a chain that only grows. */
export class Audit1796500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- pg_temp last: nobody's temporary table stands in for one of ours
      SELECT set_config('crm.search_path', current_setting('search_path'), true),
             set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

      CREATE TABLE audit_entries (
        id            bigint PRIMARY KEY,  -- 1, 2, 3 …: without a gap, unlike those of a sequence
        at            timestamptz(3) NOT NULL,
        actor         text NOT NULL,
        via           text NOT NULL,
        action        text NOT NULL,
        target_type   text,
        target_id     text,
        outcome       text NOT NULL CHECK (outcome IN ('done', 'refused')),
        detail        jsonb,
        before_hash   bytea CHECK (octet_length(before_hash) = 32),
        after_hash    bytea CHECK (octet_length(after_hash) = 32),
        request_id    text NOT NULL,
        ip            text,
        hash          bytea NOT NULL,
        previous_hash bytea NOT NULL UNIQUE  -- no two entries follow the same one, whatever becomes of the lock below
      );
      CREATE INDEX audit_entries_of_a_target ON audit_entries (target_type, target_id, id DESC);
      CREATE INDEX audit_entries_of_an_actor ON audit_entries (actor, id DESC);

      -- Never to be changed: what it gave once is what it must give for ever. Times as milliseconds, so that no setting of a session matters.
      CREATE FUNCTION audit_hash(e audit_entries) RETURNS bytea LANGUAGE sql STABLE AS $$
        SELECT sha256(e.previous_hash || convert_to(jsonb_build_array(
          e.id, (extract(epoch FROM e.at) * 1000)::bigint, e.actor, e.via, e.action, e.target_type, e.target_id, e.outcome, e.detail,
          encode(e.before_hash, 'hex'), encode(e.after_hash, 'hex'), e.request_id, e.ip)::text, 'UTF8'))
      $$;

      -- The place in the chain is given here and not by whoever inserts. The lock is held until the transaction ends, so an entry is the last
      -- thing that a transaction writes; the SELECT after it is a statement of its own, and sees what the one before us committed.
      CREATE FUNCTION chain_audit_entry() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
      DECLARE
        last audit_entries;
      BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('audit entries of ' || TG_TABLE_SCHEMA, 0));
        SELECT * INTO last FROM audit_entries ORDER BY id DESC LIMIT 1;
        NEW.id := coalesce(last.id, 0) + 1;
        NEW.previous_hash := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
        NEW.at := date_trunc('milliseconds', clock_timestamp());
        NEW.hash := audit_hash(NEW);
        RETURN NEW;
      END $$;
      CREATE TRIGGER chain_audit_entry BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION chain_audit_entry();

      -- For everybody, the owner and a superuser included; also where triggers are off for replication.
      CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE insufficient_privilege USING MESSAGE = TG_OP || ' is refused: audit entries stay as they are';
      END $$;
      CREATE TRIGGER refuse_audit_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
      ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER refuse_audit_change;
      REVOKE ALL ON audit_entries FROM PUBLIC, CURRENT_USER;
      REVOKE ALL ON FUNCTION audit_hash, chain_audit_entry, refuse_audit_change FROM PUBLIC;
      GRANT SELECT, INSERT ON audit_entries TO CURRENT_USER;

      SELECT set_config('search_path', current_setting('crm.search_path'), true);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE audit_entries CASCADE; -- and audit_hash, which takes a row of it
      DROP FUNCTION chain_audit_entry, refuse_audit_change;`);
  }
}
