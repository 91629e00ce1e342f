import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a segment refers to, every version of it, and how large it was when somebody counted. */
export class SegmentHistory1795300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- the segments that "filters" names: kept beside it, so that both directions are one recursive query
      ALTER TABLE segments ADD COLUMN refers_to uuid[] NOT NULL DEFAULT '{}';

      -- What a segment was from this version on. What it was before is the version before.
      CREATE TABLE segment_versions (
        segment_id  uuid NOT NULL REFERENCES segments,
        version     integer NOT NULL,
        name        text NOT NULL,
        description text NOT NULL,
        filters     jsonb NOT NULL,
        is_active   boolean NOT NULL,
        changed_at  timestamptz(3) NOT NULL DEFAULT now(),
        changed_by  text NOT NULL,
        PRIMARY KEY (segment_id, version)
      );
      INSERT INTO segment_versions (segment_id, version, name, description, filters, is_active, changed_at, changed_by)
      SELECT id, version, name, description, filters, is_active, updated_at, 'unknown' FROM segments;

      CREATE TABLE segment_sizes (
        segment_id uuid NOT NULL REFERENCES segments,
        version    integer NOT NULL,
        as_of      timestamptz(3) NOT NULL,
        total      bigint NOT NULL CHECK (total >= 0),
        source     text NOT NULL CHECK (source IN ('index', 'database')),
        PRIMARY KEY (segment_id, as_of, version)
      );
      -- a dashboard that counts every second, in however many processes, leaves one size a minute
      CREATE UNIQUE INDEX segment_sizes_one_a_minute
        ON segment_sizes (segment_id, version, date_trunc('minute', as_of AT TIME ZONE 'UTC'));`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE segment_sizes, segment_versions;
      ALTER TABLE segments DROP COLUMN refers_to;`);
  }
}
