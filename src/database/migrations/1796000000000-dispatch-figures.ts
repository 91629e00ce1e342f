import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What of a dispatch is shown and was to be found in prose only, or inside of its frozen rule. */
export class DispatchFigures1796000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE dispatches
        ADD segments        jsonb NOT NULL DEFAULT '[]',  -- "rule" without filters, which may be large: who watches a run reads this
        ADD failure_figures jsonb;                        -- what stands in failure_detail as numbers
      UPDATE dispatches SET segments = (
        SELECT jsonb_agg(frozen - 'filters' ORDER BY n) FROM jsonb_array_elements(rule) WITH ORDINALITY AS of (frozen, n))
      WHERE rule <> '[]';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE dispatches DROP segments, DROP failure_figures');
  }
}
