import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Makes the ledger a table of volumes, each a partition with the notifications of a million ids of dispatches (docs/adr/0014-ledger-volumes.md).
 * What was the table is the first volume, row by row where it lay: the lock is held for some milliseconds.
 */
export class Volumes1797000002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SELECT set_config('crm.search_path', current_setting('search_path'), true),
             set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

      ALTER TABLE notifications RENAME TO notifications_volume_0;
      ALTER INDEX notifications_pkey RENAME TO notifications_volume_0_pkey;
      CREATE TABLE notifications (LIKE notifications_volume_0 INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMMENTS,
        PRIMARY KEY (dispatch_id, user_id)) PARTITION BY RANGE (dispatch_id);
      ALTER TABLE notifications DROP CONSTRAINT notifications_of_volume;
      DO $$
      DECLARE
        bound text := (SELECT substring(pg_get_constraintdef(oid) FROM 'dispatch_id < ''?(\\d+)') FROM pg_constraint
                       WHERE conrelid = 'notifications_volume_0'::regclass AND conname = 'notifications_of_volume');
        granted record;
      BEGIN
        EXECUTE format('ALTER TABLE notifications ATTACH PARTITION notifications_volume_0 FOR VALUES FROM (0) TO (%s)', bound);
        -- what others may do is asked of the whole, and not of its volumes
        FOR granted IN
          SELECT a.privilege_type AS may, a.is_grantable, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS role
          FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a WHERE c.oid = 'notifications_volume_0'::regclass AND a.grantee <> c.relowner
        LOOP
          EXECUTE format('GRANT %s ON notifications TO %s', granted.may, granted.role) || CASE WHEN granted.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END;
        END LOOP;
      END $$;

      -- The volumes there are, from first_id on and below end_id. One that is being detached is none any more to whoever begins now.
      CREATE VIEW notification_volumes AS
        SELECT c.oid AS relid, c.relname::text AS name, bounds[1]::bigint AS first_id, bounds[2]::bigint AS end_id, i.inhdetachpending AS is_detaching
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        CROSS JOIN LATERAL regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \\(''?(\\d+)''?\\) TO \\(''?(\\d+)''?\\)') AS of_volume (bounds)
        WHERE i.inhparent = 'notifications'::regclass;

      -- Makes the volume of the next ids of dispatches, and so many after it, where they are missing. How many it made. A volume has its own
      -- settings, those of the one before it. Made apart and attached, it keeps nobody waiting: CREATE TABLE ... PARTITION OF would lock all.
      CREATE FUNCTION prepare_volumes(ahead integer) RETURNS integer LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
      DECLARE
        needed bigint;
        top notification_volumes;
        made integer := 0;
        name text;
      BEGIN
        LOOP
          needed := ((coalesce(pg_sequence_last_value(pg_get_serial_sequence('dispatches', 'id')::regclass), 0) + 1) / 1000000 + 1 + ahead) * 1000000;
          SELECT * INTO top FROM notification_volumes ORDER BY end_id DESC LIMIT 1;
          IF top.end_id >= needed THEN RETURN made; END IF;
          IF made = 0 THEN -- whoever else makes volumes waits here, and looks again
            LOCK TABLE notifications IN SHARE UPDATE EXCLUSIVE MODE;
            SELECT * INTO top FROM notification_volumes ORDER BY end_id DESC LIMIT 1;
            IF top.end_id >= needed THEN RETURN made; END IF;
          END IF;
          name := 'notifications_volume_' || top.end_id / 1000000;
          EXECUTE format('CREATE TABLE %I (LIKE notifications INCLUDING ALL) WITH (%s)', name,
            (SELECT coalesce(array_to_string(reloptions, ', '), 'fillfactor = 50') FROM pg_class WHERE oid = top.relid));
          EXECUTE format('ALTER TABLE notifications ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', name, top.end_id, top.end_id + 1000000);
          made := made + 1;
        END LOOP;
      END $$;
      REVOKE ALL ON FUNCTION prepare_volumes FROM PUBLIC;

      -- Their plans are kept, and may be older than what a new volume has in it: one that reads all of an empty table would read all of a full one.
      -- Jit: what is said to be off counts as so dear, before PostgreSQL 18, that every call would be compiled.
      ALTER FUNCTION lease_any SET enable_seqscan = off;
      ALTER FUNCTION lease_any SET jit = off;
      ALTER FUNCTION settle SET enable_seqscan = off;
      ALTER FUNCTION settle SET jit = off;
      -- called for one notification, it was planned anew again and again
      ALTER FUNCTION settle_rows SET plan_cache_mode = force_generic_plan;
      ALTER FUNCTION settle_rows SET enable_seqscan = off;
      ALTER FUNCTION settle_rows SET jit = off;
      SELECT prepare_volumes(2);
      SELECT set_config('search_path', current_setting('crm.search_path'), true);`);
  }

  /** What lies in other volumes is written into the first one, which is the table again. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      LOCK TABLE notifications IN ACCESS EXCLUSIVE MODE;
      DO $$
      DECLARE
        first notification_volumes;
        highest bigint := (SELECT max(dispatch_id) FROM notifications);
        granted record;
      BEGIN
        SELECT * INTO first FROM notification_volumes ORDER BY first_id LIMIT 1;
        EXECUTE format('ALTER TABLE notifications DETACH PARTITION %I', first.name);
        IF first.first_id > 0 OR highest >= first.end_id THEN
          EXECUTE format('ALTER TABLE %I DROP CONSTRAINT IF EXISTS notifications_of_volume', first.name);
          EXECUTE format('INSERT INTO %I SELECT * FROM notifications', first.name);
        END IF;
        FOR granted IN
          SELECT a.privilege_type AS may, a.is_grantable, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS role
          FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a WHERE c.oid = 'notifications'::regclass AND a.grantee <> c.relowner
        LOOP
          EXECUTE format('GRANT %s ON %I TO %s', granted.may, first.name, granted.role) || CASE WHEN granted.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END;
        END LOOP;
        DROP VIEW notification_volumes;
        DROP TABLE notifications;
        EXECUTE format('ALTER TABLE %I RENAME TO notifications', first.name);
        EXECUTE format('ALTER INDEX %I RENAME TO notifications_pkey', first.name || '_pkey');
        IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'notifications'::regclass AND conname = 'notifications_of_volume') THEN
          EXECUTE format('ALTER TABLE notifications ADD CONSTRAINT notifications_of_volume CHECK (dispatch_id >= bigint ''0'' AND dispatch_id < bigint ''%s'')',
            (greatest(highest, first.first_id) / 1000000 + 1) * 1000000);
        END IF;
      END $$;
      DROP FUNCTION prepare_volumes;
      ALTER FUNCTION lease_any RESET enable_seqscan;
      ALTER FUNCTION lease_any RESET jit;
      ALTER FUNCTION settle RESET enable_seqscan;
      ALTER FUNCTION settle RESET jit;
      ALTER FUNCTION settle_rows RESET ALL;`);
  }
}
