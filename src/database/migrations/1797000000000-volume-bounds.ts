import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The first of three that make the ledger a table of volumes (docs/adr/0014-ledger-volumes.md). It says which ids of dispatches the table has,
 * up to a whole million beyond the last one that was given out, and looks at no row; the next migration does that, while everybody goes on.
 */
export class VolumeBounds1797000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- when its notifications were put away; they are gone soon after
      ALTER TABLE dispatches ADD archived_at timestamptz(3);
      DO $$
      DECLARE
        -- ids that are given out while this goes on are below the bound too
        given bigint := coalesce(pg_sequence_last_value(pg_get_serial_sequence('dispatches', 'id')::regclass), 0) + 10000;
        bound bigint := (greatest(given, (SELECT max(dispatch_id) FROM notifications)) / 1000000 + 1) * 1000000;
      BEGIN
        EXECUTE format('ALTER TABLE notifications ADD CONSTRAINT notifications_of_volume CHECK (dispatch_id >= bigint ''0'' AND dispatch_id < bigint ''%s'') NOT VALID', bound);
      END $$;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE notifications DROP CONSTRAINT notifications_of_volume;
      -- Of what was archived no rows are left, and a version that does not know it looks for them where something was cancelled. As if that had
      -- never been written, it finds in the audience who got a message.
      DELETE FROM dispatch_lanes l USING dispatches d WHERE d.id = l.dispatch_id AND d.archived_at IS NOT NULL AND l.total = l.cancelled + l.withheld;
      UPDATE dispatch_lanes l SET total = l.total - l.cancelled - l.withheld, cancelled = 0, withheld = 0
      FROM dispatches d WHERE d.id = l.dispatch_id AND d.archived_at IS NOT NULL AND l.cancelled + l.withheld > 0;
      ALTER TABLE dispatches DROP archived_at;`);
  }
}
