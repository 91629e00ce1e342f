import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the schema says of itself to whoever starts on it; written by installation.ts. */
export class Installation1796900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE installation (
        the_one     boolean PRIMARY KEY DEFAULT true CHECK (the_one),
        tables      text NOT NULL,  -- the numbers that tables of ours have in this very database: a restored dump gives them others
        usable_from text NOT NULL   -- the migration that a version of the service must know to work on this schema
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE installation');
  }
}
