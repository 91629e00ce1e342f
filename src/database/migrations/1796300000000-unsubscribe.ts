import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The key that signs the links by which customers unsubscribe: another than the cursors', since those links never expire. */
export class Unsubscribe1796300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      INSERT INTO secrets VALUES ('unsubscribe', sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')))
      ON CONFLICT DO NOTHING;`);
  }

  /** The key stays: links that have been mailed must work again after another up. */
  async down(): Promise<void> {}
}
